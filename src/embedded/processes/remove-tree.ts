/** Removes what a task has left, also where it has taken away the right to: caches of packages are read-only on purpose. */
import { chmodSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    openFolders(path);
    rmSync(path, { recursive: true, force: true });
  }
}

/** Links are not followed. */
export function openFolders(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) openFolders(join(folder, entry.name));
  }
}
