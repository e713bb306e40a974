/** Opens what bulk runs need on this machine: the database and the folder of logs, and nothing of payloads and workflows. */
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

/** `path` is the data directory: `.cirrus` of the project, or of the folder that the command is called in. */
export function openBulkHere(path: string, clock: Clock = systemClock): BulkHere {
  const data = openDataDirectory(path);
  const database = openDatabase(data.database);
  const bulk = makeEmbeddedBulk(database, { clock, folder: data.path });
  return { ...bulk, close: database.close };
}
