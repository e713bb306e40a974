/** One invocation in a worker: its limits of time and memory, its log with Lambda's START, END and REPORT lines. */
import type { Clock } from "../../clock.ts";
import type { LambdaFunction } from "../../executions/lambda-function.ts";
import type { LogFile } from "../logs/log-file.ts";
import { memoryOf, withDescendants } from "../processes/processes.ts";
import { LAMBDA_ERRORS, type LambdaFailure } from "./lambda-errors.ts";
import type { WorkerOutcome } from "./lambda-messages.ts";
import type { LambdaProcess } from "./lambda-process.ts";

const MEGABYTE = 1024 * 1024;
/** Node itself, before any task code runs, holds 22 MB (Node 24, measured); a worker may have that and a little more. */
const NODE_ALLOWANCE_MB = 32;
const MEMORY_INTERVAL_MS = 100;
/**
 * For loading a handler; longer where the function itself may take longer. Lambda, whose limit is 10 seconds, loads one
 * on a processor of its own; here several are loaded at once, on a machine that has other things to do.
 */
const LOAD_SECONDS = 60;
/** Ends the watches; a text, for an AbortError of its own would cost a stack trace with every invocation. */
const OVER = "over";

export interface LimitedRun {
  readonly fn: LambdaFunction;
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  readonly signal: AbortSignal | undefined;
}

export async function runInvocation(
  worker: LambdaProcess,
  run: LimitedRun,
  ports: { readonly clock: Clock; readonly log: LogFile },
): Promise<WorkerOutcome> {
  const { fn, requestId } = run;
  const { clock, log } = ports;
  const over = new AbortController();
  const abort = () => worker.kill(abortedFailure(run.signal?.reason));
  run.signal?.addEventListener("abort", abort, { once: true });
  log.append([`START RequestId: ${requestId} Version: $LATEST`]);
  const memory = watchMemory(worker, fn, clock, over.signal);
  const loadStart = clock.now();
  let start = loadStart;
  try {
    if (run.signal?.aborted) abort();
    const loadSeconds = Math.max(LOAD_SECONDS, fn.timeout);
    const loading = limitTime(worker, loadSeconds, `Init timed out after ${loadSeconds.toFixed(2)} seconds`, clock);
    const cannotLoad = await worker.loaded.finally(loading.stop);
    start = clock.now();
    if (cannotLoad) return report(failedOutcome(cannotLoad));
    const running = limitTime(worker, fn.timeout, `Task timed out after ${fn.timeout.toFixed(2)} seconds`, clock);
    const outcome = await worker.invoke(invocationOf(run), (lines) => log.append(lines)).finally(running.stop);
    return report(outcome);
  } finally {
    over.abort(OVER);
    run.signal?.removeEventListener("abort", abort);
    log.close();
  }

  function report(outcome: WorkerOutcome): WorkerOutcome {
    const duration = clock.now() - start;
    const used = Math.ceil(Math.max(memory.peak(), outcome.residentBytes) / MEGABYTE);
    const loadTime = start > loadStart ? `\tInit Duration: ${(start - loadStart).toFixed(2)} ms` : "";
    log.append([
      ...(outcome.ok ? [] : [`ERROR ${JSON.stringify(outcome.failure)}`]),
      `END RequestId: ${requestId}`,
      `REPORT RequestId: ${requestId}\tDuration: ${duration.toFixed(2)} ms\tBilled Duration: ${Math.ceil(duration)} ms\t` +
        `Memory Size: ${fn.memorySize} MB\tMax Memory Used: ${used} MB${loadTime}`,
    ]);
    return outcome;
  }
}

function invocationOf({ fn, requestId, payload }: LimitedRun) {
  return {
    requestId,
    payload,
    timeout: fn.timeout * 1000,
    functionName: fn.name,
    functionArn: fn.arn,
    memorySize: fn.memorySize,
  };
}

/** Kills from outside: a handler in a busy loop can be stopped by nothing else. */
function limitTime(worker: LambdaProcess, seconds: number, errorMessage: string, clock: Clock): { stop(): void } {
  const over = new AbortController();
  clock.sleep(seconds * 1000, over.signal).then(
    () => worker.kill({ errorType: LAMBDA_ERRORS.timedOut, errorMessage, trace: [] }),
    () => {},
  );
  return { stop: () => over.abort(OVER) };
}

/** V8 limits the heap alone; buffers, native libraries and child processes count here. */
function watchMemory(worker: LambdaProcess, fn: LambdaFunction, clock: Clock, signal: AbortSignal): { peak(): number } {
  const limit = fn.memorySize + NODE_ALLOWANCE_MB;
  let peak = 0;
  const watch = async () => {
    for (;;) {
      await clock.sleep(MEMORY_INTERVAL_MS, signal);
      if (worker.pid === undefined) return;
      const bytes = memoryOf(withDescendants(worker.pid));
      peak = Math.max(peak, bytes);
      if (bytes > limit * MEGABYTE) return worker.kill(memoryFailure(fn, bytes));
    }
  };
  // The sleep rejects when the invocation is over.
  watch().catch(() => {});
  return { peak: () => peak };
}

function memoryFailure(fn: LambdaFunction, bytes: number): LambdaFailure {
  const used = Math.ceil(bytes / MEGABYTE);
  const errorMessage = `Runtime ran out of memory: it used ${used} MB, its memory size is ${fn.memorySize} MB`;
  return { errorType: LAMBDA_ERRORS.outOfMemory, errorMessage, trace: [] };
}

function abortedFailure(reason: unknown): LambdaFailure {
  return { errorType: "Aborted", errorMessage: String(reason), trace: [] };
}

function failedOutcome(failure: LambdaFailure): WorkerOutcome {
  return { ok: false, failure, fatal: true, residentBytes: 0 };
}
