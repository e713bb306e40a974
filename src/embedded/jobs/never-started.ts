/** How Batch reports an attempt whose container never ran: no exit code, no log. */
import type { AttemptResult } from "./job-files.ts";

/** It is tried again as one that failed. */
export function neverStarted(reason: string, now: number): AttemptResult {
  return {
    succeeded: false,
    final: false,
    StartedAt: now,
    StoppedAt: now,
    StatusReason: "Task failed to start",
    Container: { Reason: `CannotStartContainerError: ${reason}` },
  };
}
