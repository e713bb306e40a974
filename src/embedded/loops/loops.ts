/** Loops on one machine: what is known of them in the database, what their executions leave as files beside it. */
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { ExecutionFiles } from "../../loop/execution-files.ts";
import type { LoopStore } from "../../loop/loop-store.ts";
import type { Database } from "../database/database.ts";
import { makeExecutionFiles } from "./execution-files.ts";
import { isHolderAlive } from "./holder.ts";
import { KEPT_EXECUTIONS } from "./kept-executions.ts";
import { makeLoopStore } from "./loop-store.ts";

export interface EmbeddedLoopsOptions {
  readonly clock: Clock;
  /** The folder of all that this machine keeps (`.cirrus`); executions lie in `loops/` under it. */
  readonly folder: string;
  /** Whether the process of a holder is there; undefined where that cannot be known. */
  readonly isAlive?: (holder: string) => boolean | undefined;
  /** How many executions of a task are kept. */
  readonly kept?: number;
}

export function makeEmbeddedLoops(
  database: Database,
  { clock, folder, isAlive = isHolderAlive, kept = KEPT_EXECUTIONS }: EmbeddedLoopsOptions,
): { readonly store: LoopStore; readonly files: ExecutionFiles } {
  const files = makeExecutionFiles(join(folder, "loops", "executions"));
  const store = makeLoopStore(database, { now: () => clock.now(), isAlive, kept, removeFiles: files.remove });
  return { store, files };
}
