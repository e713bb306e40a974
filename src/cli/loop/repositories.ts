/** The repositories that a command is about: those that are named, or the one that it is called in. */
import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { type Command, Option } from "commander";
import { parseLocation } from "../../embedded/git/location.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import type { Repository } from "../../loop/sources.ts";
import { repositoryAbove } from "../place/loop-place.ts";
import type { Io } from "../terminal/io.ts";

export interface SourceOptions {
  readonly branch?: string;
  readonly worktree?: boolean;
}

export function addRepositories(command: Command): Command {
  return command
    .argument("[repository...]", "folders or URLs of Git repositories; the one around this folder otherwise")
    .option("--branch <name>", "the branch to take, instead of master or main");
}

export function worktreeOption(): Option {
  return new Option("--worktree", "take the files as they lie there, committed or not").conflicts("branch");
}

export function repositoriesOf(
  io: Pick<Io, "cwd">,
  words: readonly string[],
  { branch, worktree = false }: SourceOptions,
): readonly Repository[] {
  const locations = words.length === 0 ? [repositoryHere(io, worktree)] : words.map((word) => locate(io, word));
  return locations.map((location) => ({
    location,
    ...(branch === undefined ? {} : { branch }),
    ...(worktree ? { worktree } : {}),
  }));
}

function repositoryHere({ cwd }: Pick<Io, "cwd">, worktree: boolean): string {
  const root = repositoryAbove(cwd);
  if (root !== undefined) return root;
  // Trying things out needs no commit, and so no repository.
  if (worktree) return cwd;
  throw new CirrusError(`${cwd} is in no Git repository.`, {
    hint: "Go into one, name one, or take the files as they lie here: --worktree",
    exitCode: EXIT.config,
  });
}

function locate({ cwd }: Pick<Io, "cwd">, word: string): string {
  const folder = resolve(cwd, word);
  if (existsSync(folder)) return folder;
  const location = parseLocation(word);
  if (location.kind === "url") return location.url;
  throw new CirrusError(`There is no folder ${word}.`, {
    hint: "Name a folder, or a URL that `git clone` would take.",
    exitCode: EXIT.notFound,
  });
}

/** Folders are whole paths by now. */
export function isFolder(location: string): boolean {
  return isAbsolute(location);
}
