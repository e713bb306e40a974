/** What happens in loops, told to whoever shows it. */
import { CirrusError, describeError } from "../errors.ts";
import type { Request } from "../loop/controls.ts";
import type { ExecutionEnd, LoopExecution } from "../loop/loop-execution.ts";
import type { LoopRecord } from "../loop/loop-record.ts";
import type { Registration } from "../loop/registration.ts";
import type { WaitReason } from "../loop/turns/decide-turn.ts";

export type LoopEvent =
  /** What is registered, when it is read first and whenever it has changed. */
  | { readonly type: "registered"; readonly registration: Registration }
  /** A loop goes into an iteration, or on with one. */
  | { readonly type: "iteration"; readonly loop: string; readonly record: LoopRecord }
  | { readonly type: "began"; readonly loop: string; readonly execution: LoopExecution }
  | {
      readonly type: "ended";
      readonly loop: string;
      readonly execution: LoopExecution & { readonly end: ExecutionEnd };
    }
  /** Nothing runs before `until`, in milliseconds since 1970, unless something happens. */
  | { readonly type: "waiting"; readonly loop: string; readonly until: number; readonly reason: WaitReason }
  /** An operator lets the loop wait. */
  | { readonly type: "paused"; readonly loop: string; readonly pause: Request }
  /** Another process drives the loop. */
  | { readonly type: "busy"; readonly loop: string; readonly holder: string }
  /** Nothing drives the loop from here any more: nothing is registered for it, one iteration was asked for, or all stop. */
  | { readonly type: "left"; readonly loop: string }
  /** Something went wrong that is tried again by itself. `loop`: where it is of one. */
  | {
      readonly type: "problem";
      readonly loop?: string | undefined;
      readonly message: string;
      readonly hint?: string | undefined;
    };

/** What was thrown, as it is told. */
export function problemEvent(thrown: unknown, loop?: string): LoopEvent {
  const hint = thrown instanceof CirrusError ? thrown.hint : undefined;
  return { type: "problem", loop, message: describeError(thrown).cause, hint };
}
