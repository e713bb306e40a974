/** Opens what loops need on this machine: what is known of them, what their executions left, and the repositories. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Clock, systemClock } from "../clock.ts";
import { openDatabase } from "../embedded/database/database.ts";
import { makeEmbeddedLoops } from "../embedded/loops/loops.ts";
import type { ExecutionFiles } from "../loop/execution-files.ts";
import type { LoopStore } from "../loop/loop-store.ts";
import { openDataDirectory } from "../runtime/data-directory.ts";

export interface LoopsHere {
  readonly store: LoopStore;
  readonly files: ExecutionFiles;
  close(): void;
}

export interface OpenLoopsOptions {
  /** False for whoever only looks: where the folder is not there, there is nothing in it, and it is not made. */
  readonly create?: boolean;
  readonly clock?: Clock;
}

/** `path` is the data directory: `.cirrus` of the project or repository, or of the folder that the command is called in. */
export function openLoopsHere(path: string, { create = true, clock = systemClock }: OpenLoopsOptions = {}): LoopsHere {
  const file = create || existsSync(path) ? openDataDirectory(path).database : ":memory:";
  if (create) leaveOutOfGit(join(path, ".gitignore"));
  const database = openDatabase(file);
  return { ...makeEmbeddedLoops(database, { clock, folder: path }), close: database.close };
}

/** A repository of notebooks need not know of the folder: it ignores itself, and `git status` stays clean. */
function leaveOutOfGit(file: string): void {
  if (!existsSync(file)) writeFileSync(file, "*\n");
}
