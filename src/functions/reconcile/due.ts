/**
 * How often what waits is looked at: at every run for an hour, then each time that it has waited for a twelfth longer, and
 * every hour in the end. A look lists what has arrived, which costs; messages complete a fan-in without it.
 */
import { HOUR_MS } from "../../clock.ts";
import type { PayloadRecord } from "../../state/state-store.ts";

/** The time between two looks at everything, so that none is missed between them, and none made twice. */
export interface Interval {
  /** Milliseconds since the epoch. */
  readonly after: number;
  readonly until: number;
}

/** As many as a run every five minutes makes. */
const LOOKS_OF_FIRST_HOUR = 12;
/** A twelfth of so many hours is an hour. */
const HOURLY_FROM = 12;

/** The record alone says it, and nobody has to remember when a payload was looked at: the looks of its life are at fixed times. */
export function isDue({ claimedAt }: Pick<PayloadRecord, "claimedAt">, { after, until }: Interval): boolean {
  const since = Date.parse(claimedAt);
  if (until - since <= HOUR_MS) return true;
  return Math.floor(looksBy(until - since)) > Math.floor(looksBy(after - since));
}

/** Looks at a payload that has waited for so long, as a number that grows evenly between two of them. */
function looksBy(waitedMs: number): number {
  const hours = Math.max(0, waitedMs) / HOUR_MS;
  if (hours <= 1) return LOOKS_OF_FIRST_HOUR * hours;
  // A look each time that the hours have grown by a twelfth: 12 / hours of them in an hour, added up.
  const slowing = LOOKS_OF_FIRST_HOUR * (1 + Math.log(Math.min(hours, HOURLY_FROM)));
  return slowing + Math.max(0, hours - HOURLY_FROM);
}
