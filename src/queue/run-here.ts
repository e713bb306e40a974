/**
 * Runs a loaded run on this machine: a worker in this process, until every entry has ended. Several may do so for the
 * same run; what one of them leaves when it is killed is taken over by the others, or by the next one.
 */
import { randomUUID } from "node:crypto";
import { availableParallelism, hostname, totalmem } from "node:os";
import { join } from "node:path";
import type { BulkRun, EntryCounts, TaskLimits } from "../bulk/bulk-run.ts";
import type { BulkLogs, BulkQueue, BulkRuns } from "../bulk/bulk-store.ts";
import type { HostFacts } from "../bulk/worker-record.ts";
import type { Clock } from "../clock.ts";
import type { S3Endpoint } from "../embedded/s3/endpoint.ts";
import { servedObjects } from "../embedded/s3/served-objects.ts";
import { withEndpoint } from "../embedded/s3/with-endpoint.ts";
import type { Program } from "./program.ts";
import type { Notices } from "./worker/notices.ts";
import { runWorker } from "./worker/run-worker.ts";
import type { WorkerEvent, WorkerOptions } from "./worker/worker-options.ts";

export interface RunHerePorts {
  readonly runs: BulkRuns;
  readonly queue: BulkQueue;
  readonly logs: BulkLogs;
  readonly clock: Clock;
}

export interface RunHereOptions {
  readonly run: BulkRun;
  readonly program: Program;
  /** Tasks at a time. */
  readonly slots: number;
  readonly mode: WorkerOptions["mode"];
  /** Where it names the folder of this machine's objects, the tasks find these as S3. */
  readonly environment: WorkerOptions["environment"];
  /** The data directory; what tasks need while they run lies in it. */
  readonly folder: string;
  /** Stops in good order: running tasks are told to end, and their entries wait. */
  readonly signal: AbortSignal;
  readonly onEvent?: ((event: WorkerEvent) => void) | undefined;
  /** For each worker: what tells it that its machine is taken away. The next worker stands for the machine after it. */
  readonly notices?: (() => Notices) | undefined;
}

/**
 * `finished`: every entry has ended. `stopped`: somebody stopped the run. `interrupted`: this process was told to stop.
 * `removed`: somebody deleted the run, whether or not there is another one of its name by now.
 */
export type RunHereOutcome = {
  readonly outcome: "finished" | "stopped" | "interrupted" | "removed";
  readonly counts: EntryCounts;
};

/** How long an idle worker waits before it looks for work again. */
const IDLE_MS = 200;

export async function runHere(ports: RunHerePorts, options: RunHereOptions): Promise<RunHereOutcome> {
  const s3 = await startS3(options);
  try {
    return await untilEnded(ports, { ...options, environment: withEndpoint(options.environment, s3) });
  } finally {
    await s3?.close();
  }
}

/** One for all tasks, as long as this process works on the run: the next one has an endpoint and credentials of its own. */
async function startS3({ environment, mode }: RunHereOptions): Promise<S3Endpoint | undefined> {
  // A function that is called in this process has the environment of this process.
  const objects = mode === "in-process" ? undefined : servedObjects(environment);
  if (objects === undefined) return undefined;
  // Loaded for those that need it: most runs of programs are of no project.
  const { startS3Endpoint } = await import("../embedded/s3/endpoint.ts");
  return startS3Endpoint(objects);
}

async function untilEnded(ports: RunHerePorts, options: RunHereOptions): Promise<RunHereOutcome> {
  const { runs, clock } = ports;
  const { run, signal } = options;
  for (;;) {
    await work(ports, options);
    const counts = await runs.counts(run.name);
    const found = await runs.get(run.name);
    if (found?.created !== run.created) return { outcome: "removed", counts };
    if (counts.QUEUED + counts.RUNNING === 0) return { outcome: "finished", counts };
    if (signal.aborted) return { outcome: "interrupted", counts };
    if (found.state !== "OPEN") return { outcome: "stopped", counts };
    // Others have what is left in hand; should one of them die, its entries are taken over here.
    await clock.sleep(IDLE_MS, signal).catch(() => {});
  }
}

async function work({ queue, logs, clock }: RunHerePorts, options: RunHereOptions): Promise<void> {
  const { run, program, slots, mode, environment, folder, signal, onEvent, notices } = options;
  await runWorker(
    { queue, logs, clock, ...(notices && { notices: notices() }) },
    {
      run: run.name,
      program,
      limits: run.limits,
      slots,
      mode,
      host: thisHost(),
      signal,
      idle: "wait-for-retries",
      idleMs: IDLE_MS,
      onEvent,
      environment,
      folder: join(folder, "bulk-workers"),
      worker: `${hostname()}-${randomUUID().slice(0, 8)}`,
    },
  );
}

/** Tasks at a time on this machine where nobody says how many: as many as its processors are enough for. */
export function usualSlots({ cpus }: Pick<TaskLimits, "cpus">): number {
  return Math.max(1, Math.floor(availableParallelism() / cpus));
}

/** One's own machine has no price. */
function thisHost(): HostFacts {
  return {
    host: hostname(),
    provider: "local",
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    spot: false,
  };
}
