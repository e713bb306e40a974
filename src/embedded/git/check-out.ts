/**
 * Writes the tree of a commit into a folder. Not by `git archive`: that leaves out what `export-ignore` marks for
 * releases, and rewrites what `export-subst` marks.
 */
import { mkdir, rm } from "node:fs/promises";
import { git } from "./git-process.ts";

/** The repository's own index and files stay as they are. Submodules stay empty. */
export async function checkOutTree(gitFolder: string, commit: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Beside the tree, where it goes with it if this process is killed.
  const index = `${folder}.index`;
  try {
    await git([`--git-dir=${gitFolder}`, `--work-tree=${folder}`, "read-tree", "--reset", "-u", commit], {
      cwd: folder,
      env: { GIT_INDEX_FILE: index },
      timeoutMs: LONGEST_MS,
    });
  } finally {
    await Promise.all([index, `${index}.lock`].map((file) => rm(file, { force: true })));
  }
}

const LONGEST_MS = 10 * 60_000;
