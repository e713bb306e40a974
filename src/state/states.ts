/** The states of a payload and every legal transition between them, in one table. */

export const STATES = ["WAITING", "CLAIMED", "PROCESSING", "SUCCEEDED", "FAILED", "INVALID", "ABORTED"] as const;
export type State = (typeof STATES)[number];

export type FinalState = "SUCCEEDED" | "FAILED" | "INVALID" | "ABORTED";

/** What moves a payload from one state to another. */
export type Cause =
  /** what the payload awaits is not all there */
  | "park"
  /** process claims the payload for a new execution */
  | "claim"
  /** the execution runs */
  | "start"
  /** the execution ended */
  | "finish"
  /** a closed execution was redriven: it keeps its name and runs again */
  | "redrive";

/** `none` stands for a payload that has no record yet. */
export const TRANSITIONS: Readonly<Record<State | "none", Partial<Record<Cause, readonly State[]>>>> = {
  none: { park: ["WAITING"], claim: ["CLAIMED"] },
  // No execution is planned: it can only be claimed, be given up when its time is over, or be stopped.
  WAITING: { claim: ["CLAIMED"], finish: ["FAILED", "ABORTED"] },
  // Where nobody came to start it, and what it awaits is not all there any more, it waits again.
  CLAIMED: { park: ["WAITING"], start: ["PROCESSING"], finish: ["SUCCEEDED", "FAILED", "INVALID", "ABORTED"] },
  PROCESSING: { finish: ["SUCCEEDED", "FAILED", "INVALID", "ABORTED"] },
  // SUCCEEDED and INVALID are claimed again, or wait again, only with `replace`.
  SUCCEEDED: { park: ["WAITING"], claim: ["CLAIMED"] },
  FAILED: {
    park: ["WAITING"],
    claim: ["CLAIMED"],
    redrive: ["PROCESSING"],
    finish: ["SUCCEEDED", "FAILED", "INVALID", "ABORTED"],
  },
  INVALID: {
    park: ["WAITING"],
    claim: ["CLAIMED"],
    redrive: ["PROCESSING"],
    finish: ["SUCCEEDED", "FAILED", "INVALID", "ABORTED"],
  },
  ABORTED: {
    park: ["WAITING"],
    claim: ["CLAIMED"],
    redrive: ["PROCESSING"],
    finish: ["SUCCEEDED", "FAILED", "INVALID", "ABORTED"],
  },
};

export function isState(text: unknown): text is State {
  return STATES.some((state) => state === text);
}

/** An open payload has an execution that is planned or runs. */
export function isOpen(state: State): boolean {
  return state === "CLAIMED" || state === "PROCESSING";
}

/** Its last execution has ended, and none is to come by itself. */
export function hasEnded(state: State): state is FinalState {
  return !isOpen(state) && state !== "WAITING";
}

export function mayMove(from: State | "none", cause: Cause, to: State): boolean {
  return TRANSITIONS[from][cause]?.includes(to) ?? false;
}
