/**
 * A folder for each slot, used by one task after another and emptied between them: to make and remove one for each task
 * took 5 ms of a disk's time, more than to start the process.
 */
import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { openFolders, removeTree } from "./remove-tree.ts";
import type { WorkerPlace, WorkerRegistry } from "./worker-registry.ts";

export interface SlotPlaces {
  /** The slot's place; nothing of an earlier task is in it. */
  take(slot: number): SlotPlace;
}

export interface SlotPlace extends Pick<WorkerPlace, "folder" | "note"> {
  /** Of the task: its `/tmp`. */
  readonly temporary: string;
  /** No process of it is left. */
  release(): void;
}

export function makeSlotPlaces(registry: WorkerRegistry): SlotPlaces {
  const free = new Map<number, WorkerPlace>();
  return {
    take(slot) {
      const place = free.get(slot) ?? registry.open();
      free.delete(slot);
      const { folder } = place;
      const temporary = join(place.shortFolder, "tmp");
      mkdirSync(join(folder, "tmp"), { recursive: true });
      const release = () => {
        if (empty(folder)) free.set(slot, place);
      };
      return { folder, note: place.note, temporary, release };
    },
  };
}

/** What each task has, whatever it is: kept where it is empty. */
const KEPT = ["tmp", "notices"];

/** False where something cannot be removed: the folder is not used again, and goes with the worker's. */
function empty(folder: string): boolean {
  try {
    emptyNow(folder);
    return true;
  } catch {
    return emptyOpened(folder);
  }
}

function emptyNow(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const isKept = KEPT.includes(entry.name) && entry.isDirectory() && readdirSync(path).length === 0;
    if (isKept) chmodSync(path, 0o755);
    else removeTree(path);
  }
}

function emptyOpened(folder: string): boolean {
  try {
    openFolders(folder);
    emptyNow(folder);
    return true;
  } catch {
    return false;
  }
}
