/** What part of the time the timeline shows: chosen with the brush, or by keys and buttons. */

/** From 0, the beginning of the execution, to 1, its end or now. */
export interface TimeWindow {
  readonly from: number;
  readonly until: number;
}

export const WHOLE: TimeWindow = { from: 0, until: 1 };
/** More would show single milliseconds as wide as a hand. */
const NARROWEST = 1 / 5_000;

/** `factor` above 1 shows less. */
export function zoomed({ from, until }: TimeWindow, factor: number, at = (from + until) / 2): TimeWindow {
  const width = Math.min(1, Math.max(NARROWEST, (until - from) / factor));
  const share = (at - from) / (until - from);
  return within(at - share * width, width);
}

/** By a share of what is shown. */
export function moved({ from, until }: TimeWindow, share: number): TimeWindow {
  const width = until - from;
  return within(from + share * width, width);
}

/** Between two places that the brush touched, in any order. */
export function brushed(a: number, b: number): TimeWindow {
  const [from, until] = a < b ? [a, b] : [b, a];
  return within(from, Math.max(NARROWEST, until - from));
}

function within(from: number, width: number): TimeWindow {
  const start = Math.min(Math.max(0, from), 1 - width);
  return { from: start, until: start + width };
}

/** About `count` round moments from the beginning, in milliseconds: where the axis has its marks. */
export function marks(spanMs: number, { from, until }: TimeWindow, count = 6): readonly number[] {
  const shown = spanMs * (until - from);
  const step = STEPS_MS.find((one) => shown / one <= count) ?? 10 ** Math.ceil(Math.log10(shown / count));
  const first = Math.ceil((spanMs * from) / step);
  const last = Math.floor((spanMs * until) / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 6, 12, 24, 48, 168].map((hours) => hours * HOUR),
];
