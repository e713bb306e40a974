/** Files as they lie in a folder: what is committed, changed or new, but not what Git ignores. */
import { lstatSync } from "node:fs";
import { constants, copyFile, lstat, mkdir, readdir, readFile, readlink, realpath, symlink } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { InvalidInput } from "../../errors.ts";
import { isInside } from "../objects/inside-folder.ts";
import { GitFailed, git } from "./git-process.ts";

export async function listWorktree(folder: string): Promise<readonly string[]> {
  const names = await namesIn(folder);
  const files = [...new Set(names)].filter((name) => {
    const stat = lstatSync(join(folder, name), { throwIfNoEntry: false });
    return stat?.isFile() === true || stat?.isSymbolicLink() === true;
  });
  return files.sort();
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const options = ["-z", "--cached", "--others", "--exclude-standard"];
    const printed = await git(["-C", folder, "ls-files", ...options]);
    return printed.toString("utf8").split("\0").filter(Boolean);
  } catch (thrown) {
    if (thrown instanceof GitFailed && /not a git repository/i.test(thrown.said)) return await walk(folder);
    throw thrown;
  }
}

/** Of a folder that is no repository: all but what no repository would hold. */
async function walk(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.map(async (entry) => {
    if (NEVER.has(entry.name)) return [];
    if (!entry.isDirectory()) return [entry.name];
    return (await walk(join(folder, entry.name))).map((name) => `${entry.name}/${name}`);
  });
  return (await Promise.all(names)).flat();
}

const NEVER: ReadonlySet<string> = new Set([".git", ".cirrus", "node_modules", "__pycache__", ".ipynb_checkpoints"]);

/** Undefined where there is no such file; throws for a symbolic link that leaves the folder. */
export async function readWorktree(folder: string, path: string): Promise<Uint8Array | undefined> {
  const file = join(folder, path);
  try {
    if (!isInside(folder, file)) {
      const target = relative(folder, await realpath(file));
      throw new InvalidInput(`${path} is a symbolic link that leaves the repository (${target})`);
    }
    return await readFile(file);
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && MISSING.has(String(thrown.code))) return undefined;
    throw thrown;
  }
}

const MISSING: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EISDIR", "ELOOP"]);

/** Copies share their blocks with the files where the file system can. */
export async function copyWorktree(from: string, to: string): Promise<void> {
  const files = await listWorktree(from);
  const folders = new Set(files.map((file) => dirname(file)));
  await mkdir(to, { recursive: true });
  for (const folder of folders) await mkdir(join(to, ...folder.split(sep)), { recursive: true });
  await Promise.all(files.map((file) => copyEntry(join(from, file), join(to, file))));
}

async function copyEntry(from: string, to: string): Promise<void> {
  const stat = await lstat(from);
  if (stat.isSymbolicLink()) await symlink(await readlink(from), to);
  else await copyFile(from, to, constants.COPYFILE_FICLONE);
}
