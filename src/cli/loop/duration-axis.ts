/**
 * The axis of the duration graph in a terminal: round numbers of milliseconds, seconds, minutes and hours, and where they
 * stand. With nine rows it has fewer of them than the dashboard's own, which has room on both sides, is chosen by whoever
 * looks and leads back from a place to its duration; and the dashboard takes nothing but types from here.
 */

export const AXES = ["linear", "log"] as const;
export type AxisKind = (typeof AXES)[number];

export interface DurationAxis {
  readonly kind: AxisKind;
  /** Milliseconds, from the lowest to the highest; the first and the last are the ends of the axis. */
  readonly ticks: readonly number[];
  /** From 0 at the lowest end to 1 at the highest. */
  place(durationMs: number): number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const ROUND: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 5, 10, 24].map((hours) => hours * HOUR),
];
const LONGEST = 24 * HOUR;

/** From here on short durations would all lie on the ground of a linear axis. */
const LOG_FROM_RATIO = 20;
const MOST_STEPS = 4;

/** Without a kind the one on which both the shortest and the longest can be told apart. */
export function durationAxis(durations: readonly number[], kind?: AxisKind): DurationAxis {
  const shortest = Math.max(1, Math.min(...durations));
  const longest = Math.max(1, ...durations);
  const chosen = kind ?? (longest / shortest >= LOG_FROM_RATIO ? "log" : "linear");
  return chosen === "log" ? logAxis(shortest, longest) : linearAxis(longest);
}

function linearAxis(longest: number): DurationAxis {
  const step = ROUND.find((round) => longest / round <= MOST_STEPS) ?? Math.ceil(longest / LONGEST) * LONGEST;
  const steps = Math.ceil(longest / step);
  const ticks = Array.from({ length: steps + 1 }, (_, index) => index * step);
  return { kind: "linear", ticks, place: (ms) => ms / (steps * step) };
}

function logAxis(shortest: number, longest: number): DurationAxis {
  const low = ROUND.findLast((round) => round <= shortest) ?? 1;
  const above = ROUND.find((round) => round >= longest && round > low) ?? Math.ceil(longest / LONGEST) * LONGEST;
  const ticks = [...ROUND.filter((round) => round >= low && round < above), above];
  const room = Math.log(above / low);
  return { kind: "log", ticks, place: (ms) => Math.max(0, Math.log(Math.max(ms, low) / low) / room) };
}

/** `200 ms`, `5 s`, `90 s`, `10 min`, `2 h`: never with a fraction. */
export function tickText(ms: number): string {
  if (ms === 0) return "0";
  if (ms % HOUR === 0) return `${ms / HOUR} h`;
  if (ms % MINUTE === 0) return `${ms / MINUTE} min`;
  return ms % SECOND === 0 ? `${ms / SECOND} s` : `${ms} ms`;
}
