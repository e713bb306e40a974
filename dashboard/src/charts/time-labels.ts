/** Labels of a time axis: as short as they can be and still say which day it is. */
import type { Zone } from "../parts/time-text.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** For ticks in order, `step` milliseconds apart. The first of each day says the day. */
export function timeLabels(ticks: readonly number[], step: number, zone: Zone): readonly string[] {
  const format = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat("en-GB", { ...options, ...(zone === "utc" && { timeZone: "UTC" }) });
    return (tick: number) => format.format(tick);
  };
  const day = format({ day: "numeric", month: "short" });
  if (step >= DAY) return ticks.map(day);
  const time = format({
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(step < MINUTE && { second: "2-digit" }),
    ...(step < SECOND && { fractionalSecondDigits: 3 as const }),
  });
  return ticks.map((tick, index) => {
    const before = ticks[index - 1];
    const isSameDay = before !== undefined && day(before) === day(tick);
    return isSameDay ? time(tick) : `${time(tick)}\n${day(tick)}`;
  });
}

/** What an axis of times shows around points that may all lie at one moment. */
export function timeRange(times: readonly number[]): readonly [from: number, to: number] {
  const first = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const last = times.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY);
  if (last < first) return [0, DAY];
  const room = Math.max((last - first) * 0.03, SECOND);
  return [first - room, last + room];
}
