/** The selected rectangle of a duration graph as it stands in the address, so that a link shows the same selection. */
import type { Brush } from "./scatter-points.ts";

/** Whole milliseconds, rounded outwards: what was within stays within. */
export function brushText({ time, durationMs }: Brush): string {
  return [time, durationMs]
    .map((range) => `${Math.floor(Math.min(...range))}-${Math.ceil(Math.max(...range))}`)
    .join("x");
}

/** Undefined for what is no brush: addresses are typed by people too. */
export function parseBrush(text: string | null): Brush | undefined {
  const [, ...numbers] = /^(\d{1,16})-(\d{1,16})x(\d{1,16})-(\d{1,16})$/.exec(text ?? "") ?? [];
  const [from, to, quickest, slowest] = numbers.map(Number);
  if (from === undefined || to === undefined || quickest === undefined || slowest === undefined) return undefined;
  return { time: [from, to], durationMs: [quickest, slowest] };
}
