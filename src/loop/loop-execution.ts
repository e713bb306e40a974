/** An execution: one attempt of a task in its turn. */
import type { Json } from "../json.ts";
import type { LoopTask } from "./loop-task.ts";

/** Where a task is in its loop. */
export const TASK_STATES = ["PENDING", "RUNNING", "FINISHED"] as const;
export type TaskState = (typeof TASK_STATES)[number];

/**
 * How an execution ended. LOST: whoever ran it is gone, and nobody can say how far it came. FAILED includes what could
 * not begin, such as an environment that cannot be built; its error's name tells. TIMED_OUT includes what had not begun
 * when its time was over, as its files or its environment took as long; its error's message tells.
 */
export const OUTCOMES = ["SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED", "LOST"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface LoopExecution {
  /** UUID version 7: in the order of starts. */
  readonly id: string;
  readonly loop: string;
  readonly iteration: number;
  /** As it was registered when the execution began. */
  readonly task: LoopTask;
  /** From 1 within a turn. */
  readonly attempt: number;
  readonly trigger: Trigger;
  readonly version: Version;
  /** Of the organisation, as they were then. */
  readonly requirements: readonly string[];
  /** ISO 8601 */
  readonly startedAt: string;
  /** Undefined while it runs. */
  readonly end?: ExecutionEnd | undefined;
}

export type Trigger = "turn" | "retry" | "run-now";

/** What code ran. Commits are whole; people see the first eight digits of `headCommit`. */
export interface Version {
  /** The commit of the branch, or the one that the task is pinned to; `worktree` for files that are not committed. */
  readonly headCommit: string;
  /** The last commit that changed the notebook. */
  readonly notebookCommit?: string | undefined;
  readonly pinned: boolean;
}

export interface ExecutionEnd {
  readonly outcome: Outcome;
  /** ISO 8601 */
  readonly endedAt: string;
  readonly durationMs: number;
  readonly error?: ExecutionError | undefined;
  /** What the function returned, as JSON; left out beyond 256 KiB, and then a warning says so. */
  readonly result?: Json | undefined;
  /** Of all processes of the execution. */
  readonly peakMemoryBytes?: number | undefined;
  /** What somebody should know although it ran: an environment that could not be renewed. */
  readonly warnings?: readonly string[] | undefined;
}

export interface ExecutionError {
  /** The class of the exception, or one of our own: Timeout, OutOfMemory, EnvironmentFailed, NotRunnable, Exited, Cancelled, Lost. */
  readonly name: string;
  readonly message: string;
  /** Names notebook and cell. */
  readonly trace?: string | undefined;
}

export function versionText({ headCommit }: Version): string {
  return headCommit.slice(0, 8);
}
