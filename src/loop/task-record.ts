/** What became of a task so far: its last execution and its counts, kept with every beginning and end. */
import type { LoopExecution, Outcome } from "./loop-execution.ts";

export interface TaskRecord {
  /** `codops/name` */
  readonly task: string;
  readonly codops: string;
  readonly name: string;
  readonly loop: string;
  /** The newest one, which may be running. */
  readonly last: LoopExecution;
  /** The newest one that has ended. */
  readonly lastEnded?: LoopExecution | undefined;
  readonly counts: OutcomeCounts;
  /** Of all that have ended: milliseconds together. */
  readonly totalDurationMs: number;
  /** Executions in a row that did not succeed. One that was cancelled says nothing about its task: the count stays as it was. */
  readonly failureStreak: number;
}

export type OutcomeCounts = Readonly<Record<Outcome, number>>;

export const NO_OUTCOMES: OutcomeCounts = { SUCCEEDED: 0, FAILED: 0, TIMED_OUT: 0, CANCELLED: 0, LOST: 0 };
