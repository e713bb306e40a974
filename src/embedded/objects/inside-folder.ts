/** Keeps symbolic links from leading reads and writes out of a folder. */
import { realpathSync } from "node:fs";
import { dirname, sep } from "node:path";
import { isMissing } from "./file-failures.ts";

/**
 * True where `path`, or what exists of the way to it, really lies within `folder`, which must exist. It is asked at once: for
 * one of thousands of small files, the way to another thread and back takes ten times as long as the answer.
 */
export function isInside(folder: string, path: string): boolean {
  const [root, real] = [realpathSync.native(folder), nearest(path)];
  return real === root || real.startsWith(root + sep);
}

function nearest(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    return nearest(dirname(path));
  }
}
