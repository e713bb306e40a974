/**
 * Looks where a branch is without starting Git: a hundred loops ask at every iteration, and a process takes some
 * milliseconds. Undefined wherever anything is unusual: then Git is asked.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The first of the branches that is there. */
export function quickHead(
  gitFolder: string,
  branches: readonly string[],
): { readonly branch: string; readonly commit: string } | undefined {
  for (const branch of branches) {
    const loose = readRef(join(gitFolder, "refs/heads", branch));
    if (loose === "unusual") return undefined;
    // Packing writes the one file first and removes the other then: in this order the branch is never missed.
    const commit = loose ?? packedRef(gitFolder, `refs/heads/${branch}`);
    if (commit === "unusual") return undefined;
    if (commit !== undefined) return { branch, commit };
  }
  return undefined;
}

const HASH = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** Symbolic references, and repositories that keep references in another format, are unusual. */
function readRef(file: string): string | undefined {
  const text = readOrMissing(file);
  if (text === undefined) return undefined;
  return HASH.test(text.trim()) ? text.trim() : "unusual";
}

function packedRef(gitFolder: string, ref: string): string | undefined {
  const text = readOrMissing(join(gitFolder, "packed-refs"));
  if (text === undefined || text === "unusual") return text;
  const end = text.indexOf(` ${ref}\n`);
  if (end < 0) return undefined;
  const hash = text.slice(text.lastIndexOf("\n", end) + 1, end);
  return HASH.test(hash) ? hash : "unusual";
}

/** Read at once: such a file has 41 bytes, and the way through the pool of threads takes ten times as long. */
function readOrMissing(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT" ? undefined : "unusual";
  }
}
