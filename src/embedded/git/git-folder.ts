/** What Git keeps of a repository on this machine: found for a folder, and asked for branches and commits. */
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CirrusError, EXIT } from "../../errors.ts";
import { DEFAULT_BRANCHES } from "../../loop/sources.ts";
import { suggest } from "../../nearest.ts";
import { GitFailed, git } from "./git-process.ts";

/** The Git directory of a folder that is a repository's root, or a bare repository. Throws with what to do. */
export async function findGitFolder(folder: string): Promise<string> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw missing(`There is no folder ${folder}.`, "Name the folder of a Git repository, or a URL.");
  }
  try {
    const printed = await git(["-C", folder, "rev-parse", "--path-format=absolute", "--git-common-dir", "--show-cdup"]);
    const [gitFolder = "", up = ""] = printed.toString("utf8").split("\n");
    if (up !== "") {
      const root = resolve(folder, up);
      const hint = `Name ${root}, or take the files as they lie there with --worktree.`;
      throw missing(`${folder} is a folder within the repository ${root}: its files are read from its root.`, hint);
    }
    // Within .git Git answers too.
    return gitFolder;
  } catch (thrown) {
    if (!(thrown instanceof GitFailed) || !/not a git repository/i.test(thrown.said)) throw thrown;
    const hint = existsSync(join(folder, "peach.yaml"))
      ? "Make it one (git init, git add, git commit), or take the files as they lie there with --worktree."
      : "Name the root of a repository.";
    throw missing(`${folder} is no Git repository.`, hint);
  }
}

/** The branch and its newest commit. Throws with the branches that there are. */
export async function branchHead(
  gitFolder: string,
  location: string,
  wanted: string | undefined,
): Promise<{ readonly branch: string; readonly commit: string }> {
  const names = wanted === undefined ? DEFAULT_BRANCHES : [wanted];
  const refs = await listRefs(gitFolder, names.flatMap(refsOf));
  for (const branch of names) {
    const commit = refsOf(branch).flatMap((ref) => refs.get(ref) ?? [])[0];
    if (commit !== undefined) return { branch, commit };
  }
  throw await noBranch(gitFolder, location, wanted);
}

/** A local branch; of a clone that has none of this name, a remote's (`origin/main`). */
function refsOf(branch: string): readonly string[] {
  return !isBranchName(branch) ? [] : [`refs/heads/${branch}`, `refs/remotes/${branch}`];
}

/** What no name of a branch holds, and patterns give a meaning. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|^$|^[-/.]|\/$/;

export function isBranchName(name: string): boolean {
  return !UNSAFE.test(name);
}

async function listRefs(gitFolder: string, patterns: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (patterns.length === 0) return new Map();
  const printed = await git([
    `--git-dir=${gitFolder}`,
    "for-each-ref",
    "--format=%(objectname) %(refname)",
    "--",
    ...patterns,
  ]);
  const lines = printed.toString("utf8").split("\n").filter(Boolean);
  return new Map(lines.map((line) => [line.slice(line.indexOf(" ") + 1), line.slice(0, line.indexOf(" "))]));
}

async function noBranch(gitFolder: string, location: string, wanted: string | undefined): Promise<CirrusError> {
  const refs = [...(await listRefs(gitFolder, ["refs/heads/", "refs/remotes/"])).keys()];
  const branches = refs
    .map((ref) => ref.replace(/^refs\/(?:heads|remotes)\//, ""))
    .filter((name) => !/\/HEAD$/.test(name));
  const missed = wanted === undefined ? `neither ${DEFAULT_BRANCHES.join(" nor ")}` : `no branch ${wanted}`;
  const message = `${location} has ${missed}`;
  if (branches.length === 0)
    return missing(
      `${message}: nothing is committed there yet.`,
      "Commit to it first, or take the files as they lie there: --worktree",
    );
  const hint = wanted === undefined ? "Say which one with --branch." : suggest(wanted, branches);
  return missing(`${message}. Its branches are ${shortList(branches)}.`, hint);
}

function shortList(names: readonly string[]): string {
  const few = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${few} and ${names.length - 10} more` : few;
}

/** The whole hash of a commit by the beginning of its hash, a tag or a branch. */
export async function resolveCommit(gitFolder: string, name: string): Promise<string | undefined> {
  if (UNSAFE.test(name.replace(/[~^]\d*$/, ""))) return undefined;
  try {
    const printed = await git([`--git-dir=${gitFolder}`, "rev-parse", "--verify", "--quiet", `${name}^{commit}`]);
    return printed.toString("utf8").trim();
  } catch (thrown) {
    if (thrown instanceof GitFailed && thrown.status !== undefined) return undefined;
    throw thrown;
  }
}

function missing(message: string, hint: string | undefined): CirrusError {
  return new CirrusError(message, { hint, exitCode: EXIT.notFound });
}
