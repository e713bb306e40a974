/** How an execution ended whose machine could not say it any more, from what Step Functions knows of its Lambda or job. */
import { isoTime } from "../../clock.ts";
import { isJsonObject } from "../../json.ts";
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
  const reason = reasonOf(failure);
  const timedOut = failure?.Error === "States.Timeout" || failure?.Error === "Sandbox.Timedout" || TIMEOUT.test(reason);
  return {
    outcome: timedOut ? "TIMED_OUT" : "LOST",
    endedAt: isoTime(now),
    durationMs: Math.max(0, now - Date.parse(startedAt)),
    error: timedOut
      ? { name: "Timeout", message: `It had not ended long after its ${task.settings.timeoutSeconds} s: ${reason}` }
      : { name: "Lost", message: `What ran it ended without a word: ${reason}` },
  };
}

/** What Batch says of a job beyond its limit, and Lambda of a function. */
const TIMEOUT = /exceeded timeout|Task timed out/i;

function reasonOf({ Error: error, Cause: cause = "" }: Failure = {}): string {
  const job = parse(cause);
  const container = isJsonObject(job) && isJsonObject(job.Container) ? job.Container.Reason : undefined;
  const reasons = [isJsonObject(job) ? job.StatusReason : undefined, container].filter(Boolean);
  if (reasons.length > 0) return reasons.join("; ");
  return [error, cause.slice(0, 1_000)].filter(Boolean).join(": ") || "nobody knows why";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
