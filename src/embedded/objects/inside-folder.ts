/** Keeps symbolic links from leading reads and writes out of a folder. */
import { realpath } from "node:fs/promises";
import { dirname, sep } from "node:path";
import { isMissing } from "./file-failures.ts";

/** True where `path`, or what exists of the way to it, really lies within `folder`, which must exist. */
export async function isInside(folder: string, path: string): Promise<boolean> {
  const [root, real] = await Promise.all([realpath(folder), nearest(path)]);
  return real === root || real.startsWith(root + sep);
}

async function nearest(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    return nearest(dirname(path));
  }
}
