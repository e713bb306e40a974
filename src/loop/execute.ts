/** Port: runs one execution of a loop from its checkout to its end. */
import type { ExecutionEnd, LoopExecution } from "./loop-execution.ts";

/**
 * Resolves once nothing of the execution is left. What people can mend is an end, FAILED; what it throws becomes one too,
 * and harms no loop.
 */
export type Execute = (execution: LoopExecution, control: ExecutionControl) => Promise<ExecutionEnd>;

/** Two ways in which an execution may be told to end early: its end is CANCELLED then, unless it had ended already. */
export interface ExecutionControl {
  /** Whoever drives the loop stops, or drives it no more. The error is named `Stopped`. */
  readonly signal: AbortSignal;
  /** Somebody cancels it: the reason is the request, of type `Request`. The error is named `Cancelled`. */
  readonly cancelled: AbortSignal;
}

/** The error of an execution that ended because its loop was stopped: its turn comes again. */
export const STOPPED = "Stopped";

/** The error of an execution that somebody cancelled. */
export const CANCELLED = "Cancelled";
