/** Brings what folders hold to the disk: those who ask for the same folder at the same time share one sync. */
import { closeSync, fsync, openSync } from "node:fs";
import { promisify } from "node:util";

/** An open file. */
export const syncFile = promisify(fsync);

/** A file or a folder. */
export async function sync(path: string): Promise<void> {
  const file = openSync(path, "r");
  try {
    await syncFile(file);
  } finally {
    closeSync(file);
  }
}

/** The result covers all that was in the folder when it was called. */
export function makeFolderSync(syncFolder: (path: string) => Promise<void> = sync): (path: string) => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const next = new Map<string, Promise<void>>();

  function begin(path: string): Promise<void> {
    next.delete(path);
    const syncing = syncFolder(path).finally(() => {
      if (running.get(path) === syncing) running.delete(path);
    });
    running.set(path, syncing);
    return syncing;
  }

  return (path) => {
    const before = running.get(path);
    if (before === undefined) return begin(path);
    // The one that runs may have begun before the latest name was there: it does not count for it.
    const waiting = next.get(path) ?? before.catch(() => {}).then(() => begin(path));
    next.set(path, waiting);
    return waiting;
  };
}
