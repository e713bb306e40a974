/** Calls a feeder until it has taken an event, or has failed for it as often as anything is tried. */
import { type Clock, pauseMs } from "../../clock.ts";
import type { Json } from "../../json.ts";
import type { CallFeeder } from "./call-feeder.ts";

/** As Lambda does with an event that nobody waits for. */
export const TRIES = 3;
const FIRST_PAUSE_MS = 1_000;

export interface PatientPorts {
  readonly call: CallFeeder;
  readonly clock: Pick<Clock, "sleep">;
  /** From 0 to 1. */
  readonly random: () => number;
}

export type Called =
  | { readonly outcome: "taken"; readonly found: number }
  | { readonly outcome: "failed"; readonly thrown: unknown };

/** Rejects where the signal is aborted: the event was not taken. */
export async function callPatiently(
  feeder: string,
  event: Json,
  signal: AbortSignal,
  { call, clock, random }: PatientPorts,
): Promise<Called> {
  for (let tries = 1; ; tries++) {
    try {
      return { outcome: "taken", found: await call(feeder, event, signal) };
    } catch (thrown) {
      signal.throwIfAborted();
      if (tries === TRIES) return { outcome: "failed", thrown };
      await clock.sleep(pauseMs(tries, FIRST_PAUSE_MS, random()), signal);
    }
  }
}
