/** Bulk runs on one machine: their runs and queue in the database, their logs as files beside it. */
import { hostname } from "node:os";
import { join } from "node:path";
import type { BulkLogs, BulkQueue, BulkRuns } from "../../bulk/bulk-store.ts";
import type { Clock } from "../../clock.ts";
import type { Database } from "../database/database.ts";
import { isRunning } from "../processes/processes.ts";
import { makeBulkLogs } from "./bulk-logs.ts";
import { makeBulkQueue } from "./bulk-queue.ts";
import { makeBulkRuns } from "./bulk-runs.ts";
import type { Machine } from "./bulk-workers.ts";

export interface EmbeddedBulkOptions {
  readonly clock: Clock;
  /** The folder of all that this machine keeps (`.cirrus`); logs lie in `bulk/` under it. */
  readonly folder: string;
  readonly machine?: Machine;
}

export function makeEmbeddedBulk(
  database: Database,
  { clock, folder, machine = { host: hostname(), isRunning } }: EmbeddedBulkOptions,
): { readonly runs: BulkRuns; readonly queue: BulkQueue; readonly logs: BulkLogs } {
  const logs = makeBulkLogs(join(folder, "bulk"));
  return {
    runs: makeBulkRuns(database, { clock, removeLogs: logs.remove }),
    queue: makeBulkQueue(database, { clock, machine, logLeft: logs.left }),
    logs,
  };
}
