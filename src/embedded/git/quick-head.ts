/**
 * Looks where a branch is without starting Git: a hundred loops ask at every iteration, and a process takes some
 * milliseconds. Undefined wherever anything is unusual: then Git is asked.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The first of the branches that is there. */
export async function quickHead(
  gitFolder: string,
  branches: readonly string[],
): Promise<{ readonly branch: string; readonly commit: string } | undefined> {
  for (const branch of branches) {
    const loose = await readRef(join(gitFolder, "refs/heads", branch));
    if (loose === "unusual") return undefined;
    // Packing writes the one file first and removes the other then: in this order the branch is never missed.
    const commit = loose ?? (await packedRef(gitFolder, `refs/heads/${branch}`));
    if (commit === "unusual") return undefined;
    if (commit !== undefined) return { branch, commit };
  }
  return undefined;
}

const HASH = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** Symbolic references, and repositories that keep references in another format, are unusual. */
async function readRef(file: string): Promise<string | undefined> {
  const text = await readOrMissing(file);
  if (text === undefined) return undefined;
  return HASH.test(text.trim()) ? text.trim() : "unusual";
}

async function packedRef(gitFolder: string, ref: string): Promise<string | undefined> {
  const text = await readOrMissing(join(gitFolder, "packed-refs"));
  const end = text?.indexOf(` ${ref}\n`) ?? -1;
  if (text === undefined || end < 0) return undefined;
  const hash = text.slice(text.lastIndexOf("\n", end) + 1, end);
  return HASH.test(hash) ? hash : "unusual";
}

async function readOrMissing(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT" ? undefined : "unusual";
  }
}
