/** Opens what bulk runs need on this machine: the database and the folder of logs, and nothing of payloads and workflows. */
import { existsSync } from "node:fs";
import type { BulkLogs, BulkQueue, BulkRuns } from "../bulk/bulk-store.ts";
import { type Clock, systemClock } from "../clock.ts";
import { makeEmbeddedBulk } from "../embedded/bulk/bulk.ts";
import { openDatabase } from "../embedded/database/database.ts";
import { openDataDirectory } from "../runtime/data-directory.ts";

export interface BulkHere {
  readonly runs: BulkRuns;
  readonly queue: BulkQueue;
  readonly logs: BulkLogs;
  close(): void;
}

export interface OpenHereOptions {
  /** False for whoever only looks: where the folder is not there, there is nothing in it, and it is not made. */
  readonly create?: boolean;
  readonly clock?: Clock;
}

/** `path` is the data directory: `.cirrus` of the project, or of the folder that the command is called in. */
export function openBulkHere(path: string, { create = true, clock = systemClock }: OpenHereOptions = {}): BulkHere {
  const file = create || existsSync(path) ? openDataDirectory(path).database : ":memory:";
  const database = openDatabase(file);
  const bulk = makeEmbeddedBulk(database, { clock, folder: path });
  return { ...bulk, close: database.close };
}
