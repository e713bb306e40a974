/**
 * Runs Lambda tasks in worker processes that stay warm. A worker belongs to one function and has one invocation at a
 * time; where all places are taken, the worker that has been idle longest makes room (see lambda-turns.ts).
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Clock, MINUTE_MS } from "../../clock.ts";
import { TransientError } from "../../errors.ts";
import type { LambdaFunction } from "../../executions/lambda-function.ts";
import { type Json, utf8Length } from "../../json.ts";
import type { TaskLogWriter } from "../logs/task-logs.ts";
import { makeWorkerRegistry } from "../processes/worker-registry.ts";
import { LAMBDA_ERRORS, LAMBDA_PAYLOAD_BYTES, LambdaError } from "./lambda-errors.ts";
import { runInvocation } from "./lambda-invocation.ts";
import { makeLines, type Waiting } from "./lambda-lines.ts";
import { makeTurns } from "./lambda-turns.ts";
import { makeWorkers, type Worker } from "./lambda-workers.ts";

export { LambdaError };

export interface LambdaPool {
  /** The handler's result. Throws {@link LambdaError}, the signal's reason, or {@link PoolClosed}. */
  invoke(
    fn: LambdaFunction,
    payload: Json,
    options: { readonly requestId: string; readonly signal?: AbortSignal | undefined },
  ): Promise<Json>;
  /** The code of a function (or of all) has changed: its workers end after their present invocation. */
  refresh(name?: string): void;
  /** Ends every worker; what runs or waits rejects with {@link PoolClosed}. */
  close(): Promise<void>;
  stats(): PoolStats;
}

export interface PoolStats {
  readonly workers: number;
  readonly busy: number;
  readonly waiting: number;
  /** Processes started since the pool was made. */
  readonly started: number;
}

export interface LambdaPoolOptions {
  readonly logs: TaskLogWriter;
  readonly clock: Clock;
  /** The project's `.cirrus` directory. */
  readonly home: string;
  /** Invocations that run at a time; up to twice as many workers are kept. */
  readonly maxWorkers?: number | undefined;
  /** How long a worker stays without work. */
  readonly idleMs?: number | undefined;
}

/** The runtime is stopping. What it interrupted has not failed: it is to be run again. */
export class PoolClosed extends TransientError {}

export function makeLambdaPool(options: LambdaPoolOptions): LambdaPool {
  const { logs, clock, home, maxWorkers = availableParallelism() * 2, idleMs = 5 * MINUTE_MS } = options;
  const registry = makeWorkerRegistry(join(home, "workers"));
  const closing = new AbortController();
  const lines = makeLines();
  const workers = makeWorkers({ registry, clock, maxWorkers: 2 * maxWorkers, idleMs, onRoom: () => turns.serve() });
  const turns = makeTurns({ lines, workers, clock, maxBusy: maxWorkers, signal: closing.signal });

  const acquire = (fn: LambdaFunction, signal: AbortSignal | undefined): Promise<Worker> =>
    new Promise((resolve, reject) => {
      const leave = () => {
        if (lines.leave(place)) reject(signal?.reason);
      };
      const place: Waiting = {
        fn,
        since: clock.now(),
        take: (worker) => {
          signal?.removeEventListener("abort", leave);
          resolve(worker);
        },
        refuse: reject,
      };
      signal?.addEventListener("abort", leave, { once: true });
      lines.join(place);
      turns.serve();
    });

  return {
    async invoke(fn, payload, { requestId, signal }) {
      signal?.throwIfAborted();
      if (closing.signal.aborted) throw closedBefore(fn);
      refuseImage(fn);
      const text = JSON.stringify(payload);
      refuseTooLarge(fn, utf8Length(text));
      const worker = await acquire(fn, signal);
      const log = logs.open(`/aws/lambda/${fn.name}/${requestId}`);
      const outcome = await runInvocation(worker.process, { fn, requestId, payload: text, signal }, { clock, log });
      if (!outcome.ok && outcome.fatal) worker.state = "retired";
      workers.release(worker);
      if (outcome.ok) return JSON.parse(outcome.result);
      signal?.throwIfAborted();
      if (closing.signal.aborted) throw closedBefore(fn);
      throw new LambdaError(fn.name, outcome.failure);
    },
    refresh: workers.refresh,
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      for (const { fn, refuse } of lines.clear()) refuse(closedBefore(fn));
      await workers.close();
      registry.close();
    },
    stats: () => ({
      workers: workers.count(),
      busy: workers.count("busy"),
      waiting: lines.length(),
      started: workers.started(),
    }),
  };
}

function closedBefore(fn: LambdaFunction): PoolClosed {
  return new PoolClosed(`The runtime stopped before ${fn.name} ended.`, { where: fn.name });
}

function refuseImage({ name, handler, fromImage }: LambdaFunction): void {
  if (fromImage !== true) return;
  const errorMessage = `${name} runs from a container image, which is not started on one machine. Put a module for its handler ${handler} into its folder, which then runs here, or have the workflow run it as a Batch job, whose command runs here.`;
  throw new LambdaError(name, { errorType: LAMBDA_ERRORS.imageNotHere, errorMessage, trace: [] });
}

function refuseTooLarge(fn: LambdaFunction, bytes: number): void {
  if (bytes <= LAMBDA_PAYLOAD_BYTES) return;
  const errorMessage = `Request payload size (${bytes} bytes) exceeded maximum allowed payload size (${LAMBDA_PAYLOAD_BYTES} bytes).`;
  throw new LambdaError(fn.name, { errorType: LAMBDA_ERRORS.requestTooLarge, errorMessage, trace: [] });
}
