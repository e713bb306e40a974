/** What happens over time: how many payloads came into each state, by five minutes, hours and days of UTC. */
import { DAY_MS, HOUR_MS, isoTime, MINUTE_MS } from "../clock.ts";
import { queryTime } from "./query-time.ts";
import type { State } from "./states.ts";

export const INTERVALS = ["5min", "hour", "day"] as const;
export type Interval = (typeof INTERVALS)[number];

/** Milliseconds. */
export const INTERVAL_MS: Readonly<Record<Interval, number>> = { "5min": 5 * MINUTE_MS, hour: HOUR_MS, day: DAY_MS };

/** How long each is kept at least; days are kept for ever. */
export const KEPT_MS: Readonly<Partial<Record<Interval, number>>> = { "5min": 2 * DAY_MS, hour: 90 * DAY_MS };

export interface ActivityQuery {
  readonly interval: Interval;
  /** The first period is the one that holds this time, the last the one that holds `to`. */
  readonly from: string;
  readonly to: string;
  readonly workflow?: string | undefined;
}

export interface ActivityCount {
  /** The beginning of the period, in the stored form of times. */
  readonly period: string;
  readonly workflow: string;
  readonly state: State;
  /** Every time that a payload came into the state. */
  readonly count: number;
  /** Payloads that came into the state, once each. */
  readonly unique: number;
}

export interface Entering {
  readonly interval: Interval;
  readonly period: string;
  /** The payload has not come into this state in this period before. */
  readonly isFirst: boolean;
}

/** Where it is counted that a payload came into a state `at` this time; `before` is when it last did so. */
export function enterings(at: string, before: string | undefined): readonly Entering[] {
  const beforeMs = before === undefined ? Number.NEGATIVE_INFINITY : Date.parse(before);
  return periodsAround(Date.parse(at)).map(({ begin, ...period }) => ({ ...period, isFirst: beforeMs < begin }));
}

interface Period extends Omit<Entering, "isFirst"> {
  /** Milliseconds since 1970. */
  readonly begin: number;
}

/** Kept from one call to the next: what is written within the same five minutes has the same, and to make them takes 2 µs. */
let latest: readonly Period[] = [];

function periodsAround(ms: number): readonly Period[] {
  const beginOf = (interval: Interval) => Math.floor(ms / INTERVAL_MS[interval]) * INTERVAL_MS[interval];
  if (latest[0]?.begin !== beginOf(INTERVALS[0])) {
    latest = INTERVALS.map((interval) => {
      const begin = beginOf(interval);
      return { interval, begin, period: isoTime(begin) };
    });
  }
  return latest;
}

/** The beginning of the period that holds a time. */
export function periodOf(interval: Interval, time: string): string {
  const length = INTERVAL_MS[interval];
  return isoTime(Math.floor(Date.parse(queryTime(time)) / length) * length);
}

/** Every period from the one that holds `from` to the one that holds `to`. */
export function periodsOf({ interval, from, to }: Pick<ActivityQuery, "interval" | "from" | "to">): readonly string[] {
  const first = Date.parse(periodOf(interval, from));
  const length = Math.max(0, Math.floor((Date.parse(queryTime(to)) - first) / INTERVAL_MS[interval]) + 1);
  return Array.from({ length }, (_, i) => isoTime(first + i * INTERVAL_MS[interval]));
}
