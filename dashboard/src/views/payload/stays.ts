/** The history of a payload as stays in states: from when to when, by whom and why. */
import type { PayloadView } from "../../../../src/api/shapes/payloads.ts";

export type Transition = PayloadView["transitions"][number];
export type StateName = Transition["to"];

export interface Stay {
  /** Of the transition that it began with. */
  readonly version: number;
  readonly state: StateName;
  readonly from: string;
  /** Undefined for the state that it is in now. */
  readonly until: string | undefined;
  /** Until now for the state that it is in. */
  readonly durationMs: number;
  readonly actor: string;
  readonly reason: string;
  readonly execution: string;
  readonly attempt: number;
  /** What waits has none yet, and what fails while it waits never had it. */
  readonly hasExecution: boolean;
  /** Part of the drawn line, 0 … 1; stays in which something happens share what final states leave. */
  readonly share: number;
}

/** A final state may last a year; it is drawn as a short piece whose length says nothing. */
const SHARE_OF_FINAL = 0.08;
const LEAST_SHARE = 0.04;

export function staysOf(transitions: readonly Transition[], now: number): readonly Stay[] {
  const ordered = transitions.toSorted((a, b) => a.version - b.version);
  const stays = ordered.map((transition, at) => {
    const until = ordered[at + 1]?.at;
    return {
      version: transition.version,
      state: transition.to,
      from: transition.at,
      until,
      // Clocks of two machines may differ: no stay is shorter than nothing.
      durationMs: Math.max(0, (until === undefined ? now : Date.parse(until)) - Date.parse(transition.at)),
      actor: transition.actor,
      reason: transition.reason,
      execution: transition.execution,
      attempt: transition.attempt,
      hasExecution: transition.to !== "WAITING" && !(transition.from === "WAITING" && isFinal(transition.to)),
    };
  });
  const shares = sharesOf(stays.map(({ state, durationMs }) => (isFinal(state) ? undefined : durationMs)));
  return stays.map((stay, at) => ({ ...stay, share: shares[at] ?? 0 }));
}

export function isFinal(state: StateName): boolean {
  return state !== "WAITING" && state !== "CLAIMED" && state !== "PROCESSING";
}

/** `undefined` for a final state. The shares add up to 1, and none is too small to be seen. */
function sharesOf(durations: readonly (number | undefined)[]): readonly number[] {
  const total = durations.reduce<number>((sum, duration) => sum + (duration ?? 0), 0);
  const weights = durations.map((duration) => {
    if (duration === undefined) return SHARE_OF_FINAL;
    return Math.max(LEAST_SHARE, total === 0 ? 0 : duration / total);
  });
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** How long it was in each state altogether, in the order in which it came into them. */
export function timeInStates(stays: readonly Stay[]): ReadonlyMap<StateName, number> {
  const times = new Map<StateName, number>();
  for (const { state, durationMs } of stays) times.set(state, (times.get(state) ?? 0) + durationMs);
  return times;
}
