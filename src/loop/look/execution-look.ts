/** An execution as people see it: in a row of a list. */
import type { ExecutionError, LoopExecution, Outcome, Trigger } from "../loop-execution.ts";
import { versionText } from "../loop-execution.ts";
import { taskKey } from "../loop-task.ts";

export interface ExecutionLook {
  readonly id: string;
  /** `codops/name` */
  readonly task: string;
  readonly loop: string;
  readonly iteration: number;
  readonly attempt: number;
  readonly trigger: Trigger;
  /** Eight digits of `headCommit`, or `worktree`. */
  readonly version: string;
  readonly headCommit: string;
  readonly notebookCommit?: string | undefined;
  readonly pinned: boolean;
  /** ISO 8601 */
  readonly startedAt: string;
  /** Undefined while it runs. */
  readonly endedAt?: string | undefined;
  readonly outcome?: Outcome | undefined;
  /** So far, while it runs. */
  readonly durationMs: number;
  readonly error?: ExecutionError | undefined;
  readonly peakMemoryBytes?: number | undefined;
  readonly warnings: readonly string[];
}

export function lookAtExecution(execution: LoopExecution, now: number): ExecutionLook {
  const { id, loop, iteration, task, attempt, trigger, version, startedAt, end } = execution;
  return {
    id,
    task: taskKey(task),
    loop,
    iteration,
    attempt,
    trigger,
    version: versionText(version),
    headCommit: version.headCommit,
    notebookCommit: version.notebookCommit,
    pinned: version.pinned,
    startedAt,
    endedAt: end?.endedAt,
    outcome: end?.outcome,
    durationMs: end?.durationMs ?? Math.max(0, now - Date.parse(startedAt)),
    error: end?.error,
    peakMemoryBytes: end?.peakMemoryBytes,
    warnings: end?.warnings ?? [],
  };
}
