/** The port `Sources` over Git's own command: folders as they are, URLs through mirrors, or files as they lie there. */
import { statSync } from "node:fs";
import { CirrusError, EXIT, InvalidInput } from "../../errors.ts";
import { DEFAULT_BRANCHES, type Head, type Repository, type Sources, WORKTREE } from "../../loop/sources.ts";
import { makeBlobReader } from "./blobs.ts";
import { checkOutTree } from "./check-out.ts";
import { branchHead, findGitFolder, isBranchName, resolveCommit } from "./git-folder.ts";
import { git } from "./git-process.ts";
import { lastChanges } from "./last-changes.ts";
import { parseLocation } from "./location.ts";
import { type MirrorSettings, makeMirrors } from "./mirrors.ts";
import { quickHead } from "./quick-head.ts";
import { copyWorktree, listWorktree, readWorktree } from "./worktree.ts";

/** `folder`: where mirrors of URLs are kept. */
export function makeGitSources(settings: MirrorSettings): Sources {
  const mirrors = makeMirrors(settings);
  const readBlob = makeBlobReader();
  const gitFolders = new Map<string, string>();

  /** Found once: a folder stays the repository that it is, and one that went away fails by itself. */
  async function folderOf(location: string): Promise<string> {
    const parsed = parseLocation(location);
    if (parsed.kind === "url") return await mirrors.existing(parsed.url);
    const known = gitFolders.get(parsed.folder);
    if (known !== undefined && isFolder(known)) return known;
    const found = await findGitFolder(parsed.folder);
    gitFolders.set(parsed.folder, found);
    return found;
  }

  async function head({ location, branch, worktree }: Repository): Promise<Head> {
    const parsed = parseLocation(location);
    if (worktree === true) {
      worktreeOf(location);
      return { branch: WORKTREE, commit: WORKTREE };
    }
    const gitFolder = parsed.kind === "url" ? await mirrors.fetched(parsed.url) : await folderOf(location);
    const branches = branch === undefined ? DEFAULT_BRANCHES : [branch];
    const quick = quickHead(gitFolder, branches.filter(isBranchName));
    return quick ?? (await branchHead(gitFolder, location, branch));
  }

  return {
    head,
    async resolve({ location, worktree }, name) {
      if (worktree !== true) return await resolveCommit(await folderOf(location), name);
      // A folder that is no repository has no commits.
      const gitFolder = await folderOf(location).catch(() => undefined);
      return gitFolder === undefined ? undefined : await resolveCommit(gitFolder, name);
    },
    async list({ location }, commit, folder) {
      if (commit !== WORKTREE) return await listTree(await folderOf(location), requireHash(commit), folder);
      const files = await listWorktree(worktreeOf(location));
      return folder === undefined ? files : files.filter((file) => file.startsWith(`${folder}/`));
    },
    async read({ location }, commit, path) {
      requireInside(path);
      if (commit === WORKTREE) return await readWorktree(worktreeOf(location), path);
      return await readBlob(await folderOf(location), requireHash(commit), path);
    },
    async lastChanges({ location }, commit, paths) {
      return commit === WORKTREE ? {} : await lastChanges(await folderOf(location), requireHash(commit), paths);
    },
    async checkOut({ location }, commit, folder) {
      if (commit === WORKTREE) await copyWorktree(worktreeOf(location), folder);
      else await checkOutTree(await folderOf(location), requireHash(commit), folder);
    },
  };
}

function worktreeOf(location: string): string {
  const parsed = parseLocation(location);
  if (parsed.kind === "folder" && isFolder(parsed.folder)) return parsed.folder;
  const what = parsed.kind === "url" ? "is a URL: there are no files that lie there" : "is no folder";
  throw new CirrusError(`${location} ${what}.`, {
    hint: "--worktree is for a folder on this machine.",
    exitCode: EXIT.notFound,
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Files only: a submodule is another repository's. */
async function listTree(gitFolder: string, commit: string, folder?: string): Promise<readonly string[]> {
  const within = folder === undefined ? [] : [`${folder.replace(/\/+$/, "")}/`];
  const printed = await git([`--git-dir=${gitFolder}`, "ls-tree", "-r", "-z", "--full-tree", "--", commit, ...within]);
  const entries = printed.toString("utf8").split("\0").filter(Boolean);
  const files = entries.filter((entry) => / blob /.test(entry.slice(0, entry.indexOf("\t"))));
  return files.map((entry) => entry.slice(entry.indexOf("\t") + 1)).sort();
}

/** What is not asked of Git by a whole hash could be an option, or another commit tomorrow. */
function requireHash(commit: string): string {
  if (/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(commit)) return commit;
  throw new InvalidInput(`${JSON.stringify(commit)} is not the whole hash of a commit`);
}

function requireInside(path: string): void {
  if (!path.startsWith("/") && !path.split("/").includes("..")) return;
  throw new InvalidInput(`${path} leads out of the repository`);
}
