/**
 * Runs Lambda tasks in worker processes that stay warm. A worker belongs to one function and has one invocation at a
 * time; where all places are taken, the worker that has been idle longest makes room, and waiting invocations are
 * served in the order they came.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { TransientError } from "../errors.ts";
import type { LambdaFunction } from "../executions/lambda-function.ts";
import { canonicalJson, type Json, utf8Length } from "../json.ts";
import { LAMBDA_ERRORS, LAMBDA_PAYLOAD_BYTES, LambdaError, type LambdaFailure } from "./lambda-errors.ts";
import { runInvocation } from "./lambda-invocation.ts";
import { type LambdaProcess, startLambdaProcess } from "./lambda-process.ts";
import type { TaskLogWriter } from "./task-logs.ts";
import { makeWorkerRegistry } from "./worker-registry.ts";

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
  readonly maxWorkers?: number | undefined;
  /** How long a worker stays without work. */
  readonly idleMs?: number | undefined;
}

/** The runtime is stopping. What it interrupted has not failed: it is to be run again. */
export class PoolClosed extends TransientError {}

interface Worker {
  readonly process: LambdaProcess;
  readonly functionName: string;
  /** Everything about the function that a running process cannot change. */
  readonly version: string;
  state: "idle" | "busy" | "retired";
  /** Aborted when its idle time is over. Of the idle ones, the set's first has been idle longest. */
  idle: AbortController;
}

interface Waiting {
  readonly fn: LambdaFunction;
  readonly version: string;
  readonly take: (worker: Worker) => void;
  readonly refuse: (reason: unknown) => void;
}

const MINUTE = 60_000;

export function makeLambdaPool(options: LambdaPoolOptions): LambdaPool {
  const { logs, clock, home, maxWorkers = availableParallelism() * 2, idleMs = 5 * MINUTE } = options;
  const registry = makeWorkerRegistry(join(home, "workers"));
  const workers = new Set<Worker>();
  const waiting: Waiting[] = [];
  const closing = new AbortController();
  let started = 0;

  const occupied = () => [...workers].filter((worker) => worker.state !== "retired");

  const start = (fn: LambdaFunction, version: string): Worker => {
    const place = registry.open();
    const process = startLambdaProcess(fn, place.folder);
    const worker: Worker = { process, functionName: fn.name, version, state: "busy", idle: new AbortController() };
    started++;
    workers.add(worker);
    if (process.pid !== undefined) place.note(process.pid);
    process.ended.then(() => {
      workers.delete(worker);
      place.close();
      serve();
    });
    return worker;
  };

  const retire = (worker: Worker, why: LambdaFailure) => {
    worker.state = "retired";
    worker.idle.abort();
    worker.process.kill(why);
  };

  /** A warm worker, a new one, or the place of the one idle longest. None: then no worker is idle at all. */
  const findWorker = (next: Waiting): Worker | undefined => {
    const idle = occupied().filter((worker) => worker.state === "idle" && worker.process.isAlive());
    // The one used last, so that those that are not needed grow old.
    const warm = idle.findLast((worker) => worker.version === next.version);
    if (warm) return warm;
    if (occupied().length >= maxWorkers) {
      const longest = idle[0];
      if (!longest) return undefined;
      retire(longest, NOT_NEEDED);
    }
    return start(next.fn, next.version);
  };

  const serve = () => {
    for (let next = waiting[0]; next && !closing.signal.aborted; next = waiting[0]) {
      try {
        const worker = findWorker(next);
        if (!worker) return;
        waiting.shift();
        worker.state = "busy";
        worker.idle.abort();
        next.take(worker);
      } catch (cause) {
        waiting.shift();
        next.refuse(new TransientError(`Cannot start a process for ${next.fn.name}: ${cause}`, { cause, where: home }));
      }
    }
  };

  const release = (worker: Worker) => {
    if (worker.state === "retired") return retire(worker, NOT_NEEDED);
    worker.state = "idle";
    worker.idle = new AbortController();
    workers.delete(worker);
    workers.add(worker);
    clock.sleep(idleMs, worker.idle.signal).then(
      () => retire(worker, NOT_NEEDED),
      () => {},
    );
    serve();
  };

  const acquire = (fn: LambdaFunction, signal: AbortSignal | undefined): Promise<Worker> =>
    new Promise((resolve, reject) => {
      const leave = () => {
        const index = waiting.indexOf(place);
        if (index < 0) return;
        waiting.splice(index, 1);
        reject(signal?.reason);
      };
      const place: Waiting = {
        fn,
        version: canonicalJson({ ...fn }),
        take: (worker) => {
          signal?.removeEventListener("abort", leave);
          resolve(worker);
        },
        refuse: reject,
      };
      signal?.addEventListener("abort", leave, { once: true });
      waiting.push(place);
      serve();
    });

  return {
    async invoke(fn, payload, { requestId, signal }) {
      signal?.throwIfAborted();
      if (closing.signal.aborted) throw closedBefore(fn);
      const text = JSON.stringify(payload);
      refuseTooLarge(fn, utf8Length(text));
      const worker = await acquire(fn, signal);
      const log = logs.open(`/aws/lambda/${fn.name}/${requestId}`);
      const outcome = await runInvocation(worker.process, { fn, requestId, payload: text, signal }, { clock, log });
      if (!outcome.ok && outcome.fatal) retire(worker, outcome.failure);
      release(worker);
      if (outcome.ok) return JSON.parse(outcome.result);
      signal?.throwIfAborted();
      if (closing.signal.aborted) throw closedBefore(fn);
      throw new LambdaError(fn.name, outcome.failure);
    },
    refresh(name) {
      for (const worker of occupied()) {
        if (name !== undefined && worker.functionName !== name) continue;
        if (worker.state === "idle") retire(worker, NOT_NEEDED);
        // Its place is free for a new worker at once; it ends itself when its invocation does.
        else worker.state = "retired";
      }
      serve();
    },
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      for (const { fn, refuse } of waiting.splice(0)) refuse(closedBefore(fn));
      for (const worker of workers) retire(worker, NOT_NEEDED);
      await Promise.all([...workers].map((worker) => worker.process.ended));
      registry.close();
    },
    stats: () => ({
      workers: workers.size,
      busy: [...workers].filter((worker) => worker.state === "busy").length,
      waiting: waiting.length,
      started,
    }),
  };
}

const NOT_NEEDED: LambdaFailure = { errorType: LAMBDA_ERRORS.exited, errorMessage: "The worker was ended", trace: [] };

function closedBefore(fn: LambdaFunction): PoolClosed {
  return new PoolClosed(`The runtime stopped before ${fn.name} ended.`, { where: fn.name });
}

function refuseTooLarge(fn: LambdaFunction, bytes: number): void {
  if (bytes <= LAMBDA_PAYLOAD_BYTES) return;
  const errorMessage = `Request payload size (${bytes} bytes) exceeded maximum allowed payload size (${LAMBDA_PAYLOAD_BYTES} bytes).`;
  throw new LambdaError(fn.name, { errorType: LAMBDA_ERRORS.requestTooLarge, errorMessage, trace: [] });
}
