/** The points of a duration graph: how each is marked, which are drawn where there are too many, which one is meant. */
import { durationText } from "../parts/time-text.ts";

/** Each has a shape and a colour of its own. `stopped`: by somebody, neither well nor badly. */
export const MARKS = ["succeeded", "failed", "timed out", "stopped", "running"] as const;
export type Mark = (typeof MARKS)[number];

export interface ScatterPoint {
  /** Tells it from all others; the table beside the graph has its row under the same key. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** So far, while it runs. */
  readonly durationMs: number;
  readonly mark: Mark;
  /** Of its tooltip: what it is, and where a click on it leads. */
  readonly title: string;
  readonly href: string;
  /** More of its tooltip: `version`, `1a2b3c4d`. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** What is read out and shown of a point: `failed after 4.2 s`. */
export function pointText({ mark, durationMs }: ScatterPoint): string {
  return mark === "running" ? `running for ${durationText(durationMs)}` : `${mark} after ${durationText(durationMs)}`;
}

export type TimeOf = "start" | "end";

export function timeOf({ startedAt, durationMs }: ScatterPoint, which: TimeOf): number {
  return which === "start" ? startedAt : startedAt + durationMs;
}

/** How an outcome of a loop or the status of a try is marked. */
export function markOf(status: string | undefined): Mark {
  switch (status?.toLowerCase().replace("_", " ")) {
    case "succeeded":
    case "done":
      return "succeeded";
    case "timed out":
    case "timeout":
      return "timed out";
    case "aborted":
    case "cancelled":
      return "stopped";
    case undefined:
    case "running":
    case "waiting":
      return "running";
    default:
      return "failed";
  }
}

export interface Sample {
  /** In order of their times. */
  readonly points: readonly ScatterPoint[];
  /** Whether everything that did not succeed is among them. */
  readonly hasEveryFailure: boolean;
}

/**
 * At most so many points. Everything that did not succeed stays as long as it fits; of what succeeded, the quickest and the
 * slowest of each stretch, so that the graph keeps its shape.
 */
export function samplePoints(points: readonly ScatterPoint[], most: number): Sample {
  const inOrder = points.toSorted((a, b) => a.startedAt - b.startedAt);
  if (inOrder.length <= most) return { points: inOrder, hasEveryFailure: true };
  const succeeded = inOrder.filter(({ mark }) => mark === "succeeded");
  const others = inOrder.filter(({ mark }) => mark !== "succeeded");
  const hasEveryFailure = others.length <= most;
  const kept = new Set(
    hasEveryFailure ? [...others, ...extremes(succeeded, most - others.length)] : extremes(others, most),
  );
  return { points: inOrder.filter((point) => kept.has(point)), hasEveryFailure };
}

function extremes(points: readonly ScatterPoint[], room: number): readonly ScatterPoint[] {
  if (points.length <= room) return points;
  if (room < 2) return points.slice(points.length - room);
  const stretches = Math.floor(room / 2);
  return Array.from({ length: stretches }, (_, index) => {
    const from = Math.floor((points.length * index) / stretches);
    const to = Math.floor((points.length * (index + 1)) / stretches);
    const sorted = points.slice(from, to).sort((a, b) => a.durationMs - b.durationMs);
    return sorted.length <= 2 ? sorted : [...sorted.slice(0, 1), ...sorted.slice(-1)];
  }).flat();
}

/** A rectangle of the graph: times and durations, from and to. */
export interface Brush {
  readonly time: readonly [from: number, to: number];
  readonly durationMs: readonly [from: number, to: number];
}

/** Keys of the points within, the edges included. */
export function pointsWithin(points: readonly ScatterPoint[], which: TimeOf, brush: Brush): ReadonlySet<string> {
  const within = points.filter(
    (point) => isWithin(timeOf(point, which), brush.time) && isWithin(point.durationMs, brush.durationMs),
  );
  return new Set(within.map(({ key }) => key));
}

function isWithin(value: number, [from, to]: readonly [number, number]): boolean {
  return value >= Math.min(from, to) && value <= Math.max(from, to);
}

/** How far from a point the pointer may be and still mean it, in pixels of the page. */
export const REACH = 14;

/** The index of the place that is nearest, among those at most `reach` away; of several the last, which lies on top. */
export function nearestPlace(
  places: readonly (readonly [x: number, y: number])[],
  [x, y]: readonly [x: number, y: number],
  reach: number,
): number | undefined {
  let nearest: number | undefined;
  let least = reach * reach;
  for (const [index, [left, top]] of places.entries()) {
    const away = (left - x) ** 2 + (top - y) ** 2;
    if (away <= least) [nearest, least] = [index, away];
  }
  return nearest;
}

/** How many there are of each mark that there is, in the order of the legend. */
export function countMarks(points: readonly Pick<ScatterPoint, "mark">[]): ReadonlyMap<Mark, number> {
  const counts = new Map<Mark, number>();
  for (const mark of MARKS) {
    const count = points.filter((point) => point.mark === mark).length;
    if (count > 0) counts.set(mark, count);
  }
  return counts;
}
