/** For the tests of workers of bulk runs: the function is called as a run calls it, its data and its outcome are checked. */
import { availableParallelism, hostname, totalmem } from "node:os";
import type { WorkerHandler } from "../task/bulk/define-worker.ts";
import { makeWorkerData, noticesFromSignals, type WorkerFacts } from "../task/bulk/worker-data.ts";
import type { CheckedOutcome } from "../task/bulk/worker-outcome.ts";

export interface TestWorkerOptions {
  /** `test` where it is not given. */
  readonly taskId?: string;
  /** What differs from a first attempt on this machine. */
  readonly worker?: Partial<WorkerFacts>;
  /** The worker's request to stop, and the notice of its machine's end. */
  readonly shutdown?: AbortSignal;
  readonly termination?: AbortSignal;
}

const HOUR = 3600;

/**
 * What the worker makes of an entry's data; rejects with what its function throws.
 *
 * @example
 * expect(await testWorker(handler, { num1: 1, num2: 2 })).toEqual({ outcome: "done", result: { sum: 3 } });
 */
export function testWorker(
  handler: WorkerHandler,
  data: unknown,
  { taskId = "test", worker, shutdown, termination }: TestWorkerOptions = {},
): Promise<CheckedOutcome> {
  const never = new AbortController().signal;
  const facts: WorkerFacts = {
    ...{ run: "test", attempt: 1, worker: "test", slots: 1, provider: "local", spot: false },
    ...{ host: hostname(), cpus: availableParallelism(), memoryBytes: totalmem() },
    limits: { maxRuntimeSeconds: HOUR, cpus: 1, graceSeconds: 30 },
    ...worker,
  };
  const notices = noticesFromSignals({ shutdown: shutdown ?? never, termination: termination ?? never });
  return handler.worker.run(taskId, data, makeWorkerData(facts, notices));
}
