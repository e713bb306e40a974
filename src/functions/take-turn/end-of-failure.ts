/** How an execution ended whose machine could not say it any more, from what Step Functions knows of its Lambda or job. */
import { isoTime } from "../../clock.ts";
import { isJsonObject, parseJson } from "../../json.ts";
import type { ExecutionEnd, LoopExecution } from "../../loop/loop-execution.ts";

/** As a Catch passes it on. */
export interface Failure {
  readonly Error?: string | undefined;
  /** Of a Batch job its description as JSON. */
  readonly Cause?: string | undefined;
}

export function endOfFailure(
  { startedAt, task }: Pick<LoopExecution, "startedAt" | "task">,
  failure: Failure | undefined,
  now: number,
): ExecutionEnd {
  return {
    ...whatFailed(failure, task.settings.timeoutSeconds),
    endedAt: isoTime(now),
    durationMs: Math.max(0, now - Date.parse(startedAt)),
  };
}

function whatFailed(failure: Failure | undefined, limitSeconds: number): Pick<ExecutionEnd, "outcome" | "error"> {
  const reason = reasonOf(failure);
  if (isOutOfTime(failure)) {
    const message = `It had not ended long after its ${limitSeconds} s: ${reason}`;
    return { outcome: "TIMED_OUT", error: { name: "Timeout", message } };
  }
  if (hasNeverStarted(failure)) {
    return { outcome: "FAILED", error: { name: "NotRunnable", message: `No machine has run it: ${reason}` } };
  }
  return { outcome: "LOST", error: { name: "Lost", message: `What ran it ended without a word: ${reason}` } };
}

/** By Step Functions, Lambda or Batch. */
export function isOutOfTime(failure: Failure | undefined): boolean {
  if (failure?.Error === "States.Timeout" || failure?.Error === "Sandbox.Timedout") return true;
  return TIMEOUT.test(reasonOf(failure));
}

/** Batch refused the job, or never had a machine for it; Lambda refused the call. */
function hasNeverStarted({ Error: error = "", Cause: cause = "" }: Failure = {}): boolean {
  if (error.startsWith("Batch.") || error === "Lambda.TooManyRequestsException") return true;
  const job = parseJson(cause);
  return isJsonObject(job) && job.JobId !== undefined && job.StartedAt === undefined;
}

/** What Batch says of a job beyond its limit, and Lambda of a function. */
const TIMEOUT = /exceeded timeout|Task timed out/i;

function reasonOf({ Error: error, Cause: cause = "" }: Failure = {}): string {
  const job = parseJson(cause);
  const container = isJsonObject(job) && isJsonObject(job.Container) ? job.Container.Reason : undefined;
  const reasons = [isJsonObject(job) ? job.StatusReason : undefined, container].filter(Boolean);
  if (reasons.length > 0) return reasons.join("; ");
  return [error, cause.slice(0, 1_000)].filter(Boolean).join(": ") || "nobody knows why";
}
