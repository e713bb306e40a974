/** Tells whether anything in a folder has changed since: what is there, and when each file was last touched. */
import { createHash, type Hash } from "node:crypto";
import { type BigIntStats, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as otherWork } from "node:timers/promises";

/** About 6 µs each: a repository of 10,000 files must not keep other loops waiting. */
const AT_ONCE = 300;

export interface TreeManifest {
  /** The same text for the same tree. A file's change time cannot be set back. */
  readonly digest: string;
  /** How many files and folders it has. */
  readonly entries: number;
}

/** Undefined where it cannot be read. */
export async function treeManifest(folder: string): Promise<TreeManifest | undefined> {
  const hash = createHash("sha1");
  let entries = 0;
  try {
    for (const folders = [""]; folders.length > 0; ) {
      const inside = folders.pop() ?? "";
      const found = readdirSync(join(folder, inside), { withFileTypes: true });
      for (const entry of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const path = join(inside, entry.name);
        if (entry.isDirectory()) folders.push(path);
        addTo(hash, path, lstatSync(join(folder, path), { bigint: true }));
        if (++entries % AT_ONCE === 0) await otherWork();
      }
    }
    return { digest: hash.digest("hex"), entries };
  } catch {
    // Made unreadable, or removed by a process that was just killed.
    return undefined;
  }
}

function addTo(hash: Hash, path: string, stats: BigIntStats): void {
  // A folder's times change with what was made and removed in it again.
  const touched = stats.isDirectory() ? "" : `${stats.size} ${stats.ctimeNs}`;
  hash.update(`${path}\0${stats.mode} ${stats.ino} ${touched}\0`);
}
