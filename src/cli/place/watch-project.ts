/** Tells of changes in the files that a project is made of, as they are saved. */
import { basename, join } from "node:path";
import { watch } from "chokidar";
import type { Project } from "../../project/project.ts";

const WATCHED = ["tasks", "workflows", "feeders", "functions", "cloudformation", "cirrus.yml"];
/** Drafts of editors, and of folders that `create` makes. */
const isHidden = (path: string) => basename(path).startsWith(".");
/** Editors write a file in several steps. */
const SETTLE_MS = 100;

export interface ProjectWatch {
  /** Resolves once everything is watched: what is saved before may not be told of. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/** Until it is closed. `path`: absolute. */
export function watchProject({ root }: Pick<Project, "root">, changed: (path: string) => void): ProjectWatch {
  const watcher = watch(
    WATCHED.map((name) => join(root, name)),
    {
      ignored: isHidden,
      ignoreInitial: true,
      awaitWriteFinish: { stabilityThreshold: SETTLE_MS, pollInterval: SETTLE_MS / 2 },
    },
  );
  watcher.on("all", (_event, path) => changed(path));
  return { ready: new Promise((resolve) => watcher.once("ready", resolve)), close: () => watcher.close() };
}
