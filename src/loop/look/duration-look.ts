/** How long the executions of a task took: points for a graph, few enough to draw and with every failure among them. */
import type { LoopExecution, Outcome } from "../loop-execution.ts";
import { versionText } from "../loop-execution.ts";
import type { LoopViewStore } from "../loop-store.ts";

export interface DurationQuery {
  /** How many points there are room for: 500. There are more where so many did not succeed. */
  readonly points?: number | undefined;
  /** How many executions are looked at, the newest: 1000. */
  readonly newest?: number | undefined;
}

export interface DurationsLook {
  /** From the oldest to the newest. */
  readonly points: readonly DurationPoint[];
  /** How many have ended of those that were looked at. */
  readonly executions: number;
  /** Half of those that succeeded took no longer; undefined where none did. */
  readonly p50Ms?: number | undefined;
  /** 95 of 100 that succeeded took no longer. */
  readonly p95Ms?: number | undefined;
}

export interface DurationPoint {
  readonly execution: string;
  /** ISO 8601: its start. */
  readonly at: string;
  readonly durationMs: number;
  readonly outcome: Outcome;
  /** Eight digits. */
  readonly version: string;
}

const POINTS = 500;
const NEWEST = 1_000;
const PAGE = 1_000;

export async function lookAtDurations(
  store: Pick<LoopViewStore, "executions">,
  task: string,
  { points = POINTS, newest = NEWEST }: DurationQuery = {},
): Promise<DurationsLook> {
  const all = (await readNewest(store, task, newest)).toReversed().flatMap(toPoint);
  const succeeded = all.filter(({ outcome }) => outcome === "SUCCEEDED").map(({ durationMs }) => durationMs);
  succeeded.sort((a, b) => a - b);
  return {
    points: samplePoints(all, points),
    executions: all.length,
    p50Ms: percentile(succeeded, 0.5),
    p95Ms: percentile(succeeded, 0.95),
  };
}

async function readNewest(
  store: Pick<LoopViewStore, "executions">,
  task: string,
  newest: number,
): Promise<readonly LoopExecution[]> {
  const read: LoopExecution[] = [];
  for (let after: string | undefined; read.length < newest; ) {
    const page = await store.executions({ task, limit: Math.min(PAGE, newest - read.length), after });
    read.push(...page.rows);
    if (page.next === undefined) break;
    after = page.next;
  }
  return read;
}

function toPoint({ id, startedAt, version, end }: LoopExecution): readonly DurationPoint[] {
  if (end === undefined) return [];
  return [
    { execution: id, at: startedAt, durationMs: end.durationMs, outcome: end.outcome, version: versionText(version) },
  ];
}

/** The nearest rank of numbers in order: the smallest that so large a share of them does not exceed. */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/**
 * Every execution that did not succeed, and of the others as many as there is room for: of each stretch the quickest and
 * the slowest, so that the graph keeps its shape.
 */
export function samplePoints(points: readonly DurationPoint[], most: number): readonly DurationPoint[] {
  if (points.length <= most) return points;
  const succeeded = points.filter(({ outcome }) => outcome === "SUCCEEDED");
  const room = most - (points.length - succeeded.length);
  const kept = new Set(room > 0 ? extremes(succeeded, room) : []);
  return points.filter((point) => point.outcome !== "SUCCEEDED" || kept.has(point));
}

function extremes(points: readonly DurationPoint[], room: number): readonly DurationPoint[] {
  const stretches = Math.max(1, Math.floor(room / 2));
  return Array.from({ length: stretches }, (_, index) => {
    const from = Math.floor((points.length * index) / stretches);
    const to = Math.floor((points.length * (index + 1)) / stretches);
    const sorted = points.slice(from, to).sort((a, b) => a.durationMs - b.durationMs);
    return room === 1 ? sorted.slice(-1) : [...sorted.slice(0, 1), ...sorted.slice(-1)];
  }).flat();
}
