/** Moving through the points of a duration graph by keys, and selecting a stretch of them. */
import { type Brush, type ScatterPoint, type TimeOf, timeOf } from "./scatter-points.ts";

const STEPS: ReadonlyMap<string, number> = new Map([
  ["ArrowRight", 1],
  ["ArrowLeft", -1],
  ["PageDown", 10],
  ["PageUp", -10],
]);

/** Which point a key leads to; undefined for a key that means nothing here. The first key goes to the newest. */
export function keyTarget(key: string, at: number | undefined, count: number): number | undefined {
  const step = STEPS.get(key);
  const last = count - 1;
  if (count === 0) return undefined;
  if (key === "Home") return 0;
  if (key === "End") return last;
  if (step === undefined) return undefined;
  return at === undefined ? last : Math.min(last, Math.max(0, at + step));
}

interface Moving {
  readonly points: readonly ScatterPoint[];
  readonly which: TimeOf;
}

/** All durations of the time from one point to another. */
export function strokeBetween({ points, which }: Moving, from: number, to: number): Brush | undefined {
  const stretch = points.slice(Math.min(from, to), Math.max(from, to) + 1);
  const [first] = stretch;
  const last = stretch.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const slowest = points.reduce((most, { durationMs }) => Math.max(most, durationMs), 0);
  return { time: [timeOf(first, which), timeOf(last, which)], durationMs: [0, slowest] };
}
