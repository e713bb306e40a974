/** The worker processes that are there: which are warm, which may be started, which has to make room. */
import type { Clock } from "../../clock.ts";
import type { LambdaFunction } from "../../executions/lambda-function.ts";
import { canonicalJson } from "../../json.ts";
import type { WorkerRegistry } from "../processes/worker-registry.ts";
import { LAMBDA_ERRORS, type LambdaFailure } from "./lambda-errors.ts";
import { type LambdaProcess, startLambdaProcess } from "./lambda-process.ts";

export interface Worker {
  readonly process: LambdaProcess;
  readonly functionName: string;
  /** Everything about the function that a running process cannot change. */
  readonly version: string;
  /** A retired worker takes no further invocation and no place. */
  state: "idle" | "busy" | "retired";
  /** Aborted when its idle time is over. */
  idle: AbortController;
}

export interface Workers {
  /**
   * Makes a worker busy: a warm one, a new one where there is room, or, with `mayEndOther`, one in the place
   * of the longest idle. Undefined: there is none.
   */
  take(fn: LambdaFunction, mayEndOther: boolean): Worker | undefined;
  /** A worker of this version is there, idle or busy. */
  has(version: string): boolean;
  /** Its invocation is over. */
  release(worker: Worker): void;
  /** It ends now, or with its invocation where it is busy; `name` undefined: every function. */
  refresh(name?: string): void;
  /** Kills all, busy or not. */
  close(): Promise<void>;
  count(state?: Worker["state"]): number;
  /** Since the beginning. */
  started(): number;
}

export interface WorkersOptions {
  readonly registry: WorkerRegistry;
  readonly clock: Clock;
  readonly maxWorkers: number;
  readonly idleMs: number;
  /** A place has become free. */
  readonly onRoom: () => void;
}

const NOT_NEEDED: LambdaFailure = { errorType: LAMBDA_ERRORS.exited, errorMessage: "The worker was ended", trace: [] };

export function makeWorkers({ registry, clock, maxWorkers, idleMs, onRoom }: WorkersOptions): Workers {
  /** In the order they were last used. */
  const workers = new Set<Worker>();
  let started = 0;

  const start = (fn: LambdaFunction): Worker => {
    const place = registry.open();
    const process = startLambdaProcess(fn, place.folder);
    const worker: Worker = {
      process,
      functionName: fn.name,
      version: versionOf(fn),
      state: "busy",
      idle: new AbortController(),
    };
    started++;
    workers.add(worker);
    if (process.pid !== undefined) place.note(process.pid);
    process.ended.then(() => {
      workers.delete(worker);
      place.close();
      onRoom();
    });
    return worker;
  };

  const retire = (worker: Worker) => {
    worker.state = "retired";
    worker.idle.abort("retired");
    worker.process.kill(NOT_NEEDED);
  };

  const count = (state?: Worker["state"]) =>
    [...workers].filter((worker) => state === undefined || worker.state === state).length;

  return {
    has: (version) => [...workers].some((worker) => worker.state !== "retired" && worker.version === version),
    take(fn, mayEndOther) {
      const version = versionOf(fn);
      const idle = [...workers].filter((worker) => worker.state === "idle" && worker.process.isAlive());
      // The one used last, so that those that are not needed grow old.
      const warm = idle.findLast((worker) => worker.version === version);
      if (warm) {
        warm.state = "busy";
        warm.idle.abort("busy");
        return warm;
      }
      if (count("idle") + count("busy") >= maxWorkers) {
        const longest = idle[0];
        if (!longest || !mayEndOther) return undefined;
        retire(longest);
      }
      return start(fn);
    },
    release(worker) {
      if (worker.state === "retired" || !worker.process.isAlive()) return retire(worker);
      worker.state = "idle";
      worker.idle = new AbortController();
      workers.delete(worker);
      workers.add(worker);
      clock.sleep(idleMs, worker.idle.signal).then(
        () => retire(worker),
        () => {},
      );
      onRoom();
    },
    refresh(name) {
      for (const worker of workers) {
        if (name !== undefined && worker.functionName !== name) continue;
        if (worker.state === "idle") retire(worker);
        else worker.state = "retired";
      }
      onRoom();
    },
    async close() {
      const ends = [...workers].map((worker) => worker.process.ended);
      for (const worker of workers) retire(worker);
      await Promise.all(ends);
    },
    count,
    started: () => started,
  };
}

const versions = new WeakMap<LambdaFunction, string>();

/** The same text for functions that one worker can serve. */
export function versionOf(fn: LambdaFunction): string {
  const version = versions.get(fn) ?? canonicalJson({ ...fn });
  versions.set(fn, version);
  return version;
}
