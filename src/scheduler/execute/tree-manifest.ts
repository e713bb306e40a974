/** Tells whether anything in a folder has changed since: what is there, and when each file was last touched. */
import { createHash, type Hash } from "node:crypto";
import { type BigIntStats, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as otherWork } from "node:timers/promises";

/** About 6 µs each: a repository of 10,000 files must not keep other loops waiting. */
const AT_ONCE = 300;

/** The same text for the same tree; undefined where it cannot be read. A file's change time cannot be set back. */
export async function treeManifest(folder: string): Promise<string | undefined> {
  const hash = createHash("sha1");
  let count = 0;
  try {
    for (const folders = [""]; folders.length > 0; ) {
      const inside = folders.pop() ?? "";
      const entries = readdirSync(join(folder, inside), { withFileTypes: true });
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const path = join(inside, entry.name);
        if (entry.isDirectory()) folders.push(path);
        addTo(hash, path, lstatSync(join(folder, path), { bigint: true }));
        if (++count % AT_ONCE === 0) await otherWork();
      }
    }
    return hash.digest("hex");
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
