/** One try of an entry by a worker, and how it ended. */
import type { Json } from "../json.ts";

/**
 * Why an attempt is not the last word. `exit`: the process ended without an outcome. `exception`: the task threw.
 * `timeout`: it ran longer than it may. `memory`: it needed more than it may. `spot`: the worker went away under it, by a
 * spot notice, with its host, or killed. `requested`: the task itself asked to be tried again.
 */
export const CAUSES = ["exit", "exception", "timeout", "memory", "spot", "requested"] as const;
export type Cause = (typeof CAUSES)[number];

/**
 * How an attempt ended. `stopped`: the worker was told to stop in the middle; that is nobody's fault, and the entry
 * waits as if it had not been tried.
 */
export type AttemptOutcome = "done" | "failed" | "stopped" | Cause;

export interface AttemptError {
  /** Name of what was thrown, or of the cause: `ValueError`, `Timeout`, `OutOfMemory`, `Exit`. */
  readonly name: string;
  readonly message: string;
  /** The traceback as the task's language writes it. */
  readonly trace?: string | undefined;
}

/** What a worker reports of an attempt that it has run. */
export interface AttemptEnd {
  readonly outcome: AttemptOutcome;
  /** What the task returned; only with `done`, `failed` and `requested`. */
  readonly result?: Json | undefined;
  readonly error?: AttemptError | undefined;
  readonly exitCode?: number | undefined;
  /** `SIGKILL` … */
  readonly signal?: string | undefined;
  /** ISO 8601, when the task's process was started and when it had ended. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** Most resident memory of all its processes, and processor time. */
  readonly peakMemoryBytes?: number | undefined;
  readonly cpuMs?: number | undefined;
  /** Where its output is kept, as `BulkLogs` named it; undefined where it wrote nothing. */
  readonly log?: string | undefined;
}

/** An attempt as it is recorded. While it runs it has no outcome. */
export interface AttemptRecord extends Partial<Omit<AttemptEnd, "startedAt">> {
  readonly run: string;
  readonly entryId: string;
  /** From 1. */
  readonly attempt: number;
  readonly worker: string;
  /** Name of the machine. */
  readonly host: string;
  /** ISO 8601, when the worker took it; once it has ended, when its process was started. */
  readonly startedAt: string;
}
