/** How long executions took over time: between which durations half and nineteen of twenty of them lay, stretch by stretch. */
import type { ScatterPoint } from "./scatter-points.ts";
import { type TimeOf, timeOf } from "./scatter-points.ts";

export interface BandStretch {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** How many it is of. */
  readonly count: number;
}

/** With fewer, the 95th percentile says nothing that the points themselves do not. */
const FEWEST = 5;
/** So many in a stretch on average, so that few stretches are left out. */
const AVERAGE = 10;

/** Of what succeeded, in at most so many stretches of equal length; one with too few has no band. */
export function percentileBand(points: readonly ScatterPoint[], which: TimeOf, most: number): readonly BandStretch[] {
  const succeeded = points.filter(({ mark }) => mark === "succeeded");
  const times = succeeded.map((point) => timeOf(point, which));
  const first = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const last = times.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY);
  if (succeeded.length < FEWEST || last <= first) return [];
  const stretches = Math.max(1, Math.min(most, Math.floor(succeeded.length / AVERAGE)));
  const length = (last - first) / stretches;
  const durations: number[][] = Array.from({ length: stretches }, () => []);
  for (const [index, { durationMs }] of succeeded.entries()) {
    const stretch = Math.min(stretches - 1, Math.floor(((times[index] ?? first) - first) / length));
    durations[stretch]?.push(durationMs);
  }
  return durations.flatMap((ofStretch, index) => {
    if (ofStretch.length < FEWEST) return [];
    const sorted = ofStretch.sort((a, b) => a - b);
    const from = first + index * length;
    return [{ from, to: from + length, p50Ms: rank(sorted, 0.5), p95Ms: rank(sorted, 0.95), count: sorted.length }];
  });
}

/** The nearest rank: the smallest that so large a share does not exceed. */
function rank(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
