/** The states of a payload and every legal transition between them, in one table. */

export const STATES = ["CLAIMED", "PROCESSING", "SUCCEEDED", "FAILED", "INVALID", "ABORTED"] as const;
export type State = (typeof STATES)[number];

export type FinalState = "SUCCEEDED" | "FAILED" | "INVALID" | "ABORTED";

/** What moves a payload from one state to another. */
export type Cause =
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
  none: { claim: ["CLAIMED"] },
  CLAIMED: { start: ["PROCESSING"], finish: ["SUCCEEDED", "FAILED", "INVALID", "ABORTED"] },
  PROCESSING: { finish: ["SUCCEEDED", "FAILED", "INVALID", "ABORTED"] },
  // SUCCEEDED and INVALID are claimed again only with `replace`.
  SUCCEEDED: { claim: ["CLAIMED"] },
  FAILED: { claim: ["CLAIMED"], redrive: ["PROCESSING"], finish: ["SUCCEEDED", "FAILED", "INVALID", "ABORTED"] },
  INVALID: { claim: ["CLAIMED"], redrive: ["PROCESSING"], finish: ["SUCCEEDED", "FAILED", "INVALID", "ABORTED"] },
  ABORTED: { claim: ["CLAIMED"], redrive: ["PROCESSING"], finish: ["SUCCEEDED", "FAILED", "INVALID", "ABORTED"] },
};

export function isState(text: unknown): text is State {
  return STATES.some((state) => state === text);
}

/** An open payload has an execution that is planned or runs. */
export function isOpen(state: State): boolean {
  return state === "CLAIMED" || state === "PROCESSING";
}

export function mayMove(from: State | "none", cause: Cause, to: State): boolean {
  return TRANSITIONS[from][cause]?.includes(to) ?? false;
}
