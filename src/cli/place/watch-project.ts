/** Tells of changes in the files that a project is made of, as they are saved. */
import { join } from "node:path";
import { watch } from "chokidar";
import type { Project } from "../../project/project.ts";

const WATCHED = ["tasks", "workflows", "feeders", "functions", "cloudformation", "cirrus.yml"];
/** Editors write a file in several steps. */
const SETTLE_MS = 100;

/** Until what it returns is called. `path`: absolute. */
export function watchProject({ root }: Pick<Project, "root">, changed: (path: string) => void): () => Promise<void> {
  const watcher = watch(
    WATCHED.map((name) => join(root, name)),
    { ignoreInitial: true, awaitWriteFinish: { stabilityThreshold: SETTLE_MS, pollInterval: SETTLE_MS / 2 } },
  );
  watcher.on("all", (_event, path) => changed(path));
  return () => watcher.close();
}
