/** The axis of a duration graph: round milliseconds, seconds, minutes and hours, and where they stand. */

export const AXES = ["log", "linear"] as const;
export type AxisKind = (typeof AXES)[number];

export interface DurationAxis {
  readonly kind: AxisKind;
  /** Milliseconds, in order; the first and the last are the ends of the axis. */
  readonly ticks: readonly number[];
  /** From 0 at the lowest end to 1 at the highest. */
  place(durationMs: number): number;
  /** The duration at a place: the other way round. */
  at(place: number): number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const ROUND: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 5, 10].map((hours) => hours * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((days) => days * DAY),
];
const MOST_STEPS = 6;

export function durationAxis(durations: readonly number[], kind: AxisKind): DurationAxis {
  // Not by spreading them: so many arguments no engine takes.
  const longest = durations.reduce((most, duration) => Math.max(most, duration), 1);
  const shortest = durations.reduce((least, duration) => Math.min(least, Math.max(1, duration)), longest);
  return kind === "log" ? logAxis(shortest, longest) : linearAxis(longest);
}

function linearAxis(longest: number): DurationAxis {
  const step = ROUND.find((round) => longest / round <= MOST_STEPS) ?? longest / MOST_STEPS;
  const steps = Math.max(1, Math.ceil(longest / step));
  const high = steps * step;
  return {
    kind: "linear",
    ticks: Array.from({ length: steps + 1 }, (_, index) => index * step),
    place: (ms) => ms / high,
    at: (place) => place * high,
  };
}

function logAxis(shortest: number, longest: number): DurationAxis {
  const from = ROUND.findLastIndex((round) => round <= shortest);
  const to = ROUND.findIndex((round) => round >= longest);
  // What took nearly as long lies in the middle, with ticks on both sides.
  const isNarrow = to >= 0 && to - from <= 1;
  const low = ROUND[isNarrow ? Math.max(0, from - 1) : from] ?? 1;
  const high = to < 0 ? longest * 2 : (ROUND[isNarrow ? to + 1 : to] ?? longest * 2);
  const room = Math.log(high / low);
  return {
    kind: "log",
    ticks: [...ROUND.filter((round) => round >= low && round < high), high],
    place: (ms) => Math.max(0, Math.log(Math.max(ms, low) / low) / room),
    at: (place) => low * Math.exp(place * room),
  };
}

/** Those of an axis' ticks that have room for a text: the ends, and others at least `gap` (a share of the axis) apart. */
export function labelledTicks({ ticks, place }: DurationAxis, gap: number): readonly number[] {
  const chosen: number[] = [];
  for (const tick of [ticks[0] ?? 0, ticks.at(-1) ?? 0, ...ticks.slice(1, -1)]) {
    if (chosen.every((other) => Math.abs(place(other) - place(tick)) >= gap)) chosen.push(tick);
  }
  return chosen.sort((a, b) => a - b);
}

/** `200 ms`, `5 s`, `10 min`, `2 h`, `3 d` */
export function tickText(ms: number): string {
  if (ms === 0) return "0";
  if (ms % DAY === 0) return `${ms / DAY} d`;
  if (ms % HOUR === 0) return `${ms / HOUR} h`;
  if (ms % MINUTE === 0) return `${ms / MINUTE} min`;
  return ms % SECOND === 0 ? `${ms / SECOND} s` : `${Math.round(ms)} ms`;
}
