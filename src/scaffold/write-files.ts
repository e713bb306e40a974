/** Writes new files, and never over one that is there. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Text by path. */
export type NewFiles = Readonly<Record<string, string>>;

/** A folder that is there with all its files or not at all. Its parts begin with a dot until then, which hides them. */
export async function writeFolder(root: string, folder: string, files: NewFiles): Promise<void> {
  const target = join(root, folder);
  await mkdir(dirname(target), { recursive: true });
  const draft = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    await writeMissing(draft, files);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** Writes the files that are not there yet; tells those apart that were. */
export async function writeMissing(
  root: string,
  files: NewFiles,
): Promise<{ readonly written: readonly string[]; readonly kept: readonly string[] }> {
  const paths = Object.keys(files).sort();
  const kept = paths.filter((path) => existsSync(join(root, path)));
  const written = paths.filter((path) => !kept.includes(path));
  for (const path of written) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    // `wx`: someone else may have made it since.
    await writeFile(join(root, path), files[path] ?? "", { flag: "wx" });
  }
  return { written, kept };
}
