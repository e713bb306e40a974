/** Runs a real worker over entries in memory, with real processes. */
import { join } from "node:path";
import type { AttemptEnd } from "../../../src/bulk/attempt.ts";
import type { Entry } from "../../../src/bulk/entry.ts";
import type { RetryPolicy } from "../../../src/bulk/retry-policy.ts";
import { type Clock, systemClock } from "../../../src/clock.ts";
import type { JsonObject } from "../../../src/json.ts";
import type { Program } from "../../../src/queue/program.ts";
import { runWorker } from "../../../src/queue/worker/run-worker.ts";
import type {
  WorkerEvent,
  WorkerOptions,
  WorkerPorts,
  WorkerSummary,
} from "../../../src/queue/worker/worker-options.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { type MemoryQueue, makeFolderLogs, makeMemoryQueue } from "./memory-queue.ts";

export const TROUBLEMAKER: Program = {
  kind: "module",
  file: join(import.meta.dirname, "troublemaker.ts"),
  exportName: "handler",
};

/** Compiled once for all tests. */
export const WORK_FOLDER = join(import.meta.dirname, "../../../node_modules/.cache/cirrus-bulk-tests");

export interface Work extends Partial<Omit<WorkerOptions, "limits" | "onEvent">> {
  readonly limits?: Partial<WorkerOptions["limits"]>;
  readonly policy?: RetryPolicy;
  readonly notices?: WorkerPorts["notices"];
  readonly clock?: Clock;
  /** Called once the queue is there, before the worker begins. */
  readonly prepare?: (queue: MemoryQueue) => void;
  readonly onEvent?: (event: WorkerEvent, queue: MemoryQueue) => void;
}

export interface Worked {
  readonly queue: MemoryQueue;
  readonly summary: WorkerSummary;
  readonly events: readonly WorkerEvent[];
  /** The last end of an entry. */
  endOf(id: string): AttemptEnd;
}

/** By ID, what each task does. */
export async function work(tasks: Readonly<Record<string, JsonObject>>, options: Work = {}): Promise<Worked> {
  const entries: Entry[] = Object.entries(tasks).map(([id, data]) => ({ id, data }));
  const { policy, notices, clock = systemClock, prepare, limits, onEvent, ...rest } = options;
  const queue = makeMemoryQueue(entries, clock, policy);
  prepare?.(queue);
  const events: WorkerEvent[] = [];
  const summary = await runWorker(
    { queue, clock, logs: makeFolderLogs(join(temporaryFolder(), "logs")), notices },
    {
      ...{ run: "test", worker: "worker-1", program: TROUBLEMAKER, slots: 2, mode: "process", idle: "exit", idleMs: 0 },
      limits: { maxRuntimeSeconds: 30, cpus: 1, graceSeconds: 1, ...limits },
      host: { host: "here", provider: "local", cpus: 2, memoryBytes: 4e9, spot: false },
      signal: new AbortController().signal,
      environment: { PATH: process.env.PATH ?? "" },
      folder: WORK_FOLDER,
      ...rest,
      onEvent(event) {
        events.push(event);
        onEvent?.(event, queue);
      },
    },
  );
  return {
    ...{ queue, summary, events },
    endOf(id) {
      const found = queue.ends.findLast((end) => end.id === id);
      if (found === undefined) throw new Error(`${id} has not ended: ${queue.stateOf(id)}`);
      return found.end;
    },
  };
}
