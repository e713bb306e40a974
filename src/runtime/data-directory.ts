/** What lies in `.cirrus/`, the folder that holds everything the runtime remembers. Remove it to start afresh. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { explainFiles } from "../embedded/objects/file-failures.ts";

export interface DataDirectory {
  readonly path: string;
  /** SQLite: states, messages, executions with their history, announcements, rejections. */
  readonly database: string;
  /** A folder per bucket. */
  readonly objects: string;
  readonly logs: string;
  /** A folder per Batch job. */
  readonly jobs: string;
}

export function openDataDirectory(path: string): DataDirectory {
  const directory = {
    path,
    database: join(path, "cirrus.db"),
    objects: join(path, "objects"),
    logs: join(path, "logs"),
    jobs: join(path, "jobs"),
  };
  try {
    for (const folder of [path, directory.objects, directory.logs, directory.jobs])
      mkdirSync(folder, { recursive: true });
  } catch (thrown) {
    throw explainFiles(thrown, path);
  }
  return directory;
}
