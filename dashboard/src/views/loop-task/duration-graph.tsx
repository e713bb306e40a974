/** How long the executions of a loop's task took: a blue dot for each that succeeded, a red cross for each that failed. */
import { useMemo } from "preact/hooks";
import type { LoopDurationsView } from "../../../../src/api/shapes/loops.ts";
import { parseBrush } from "../../charts/brush-text.ts";
import { DurationScatter } from "../../charts/duration-scatter.tsx";
import { markOf, pointsWithin, type ScatterPoint } from "../../charts/scatter-points.ts";
import { href } from "../../routes.ts";
import type { ExecutionRow } from "./execution-columns.tsx";

type Point = LoopDurationsView["points"][number];

export interface SelectedExecutions {
  readonly points: readonly ScatterPoint[];
  readonly keys: ReadonlySet<string> | undefined;
  /** Newest first; undefined while nothing is selected. */
  readonly rows: readonly ExecutionRow[] | undefined;
}

/** What the rectangle in the address holds. */
export function useSelectedExecutions(
  task: string,
  durations: LoopDurationsView | undefined,
  query: URLSearchParams,
): SelectedExecutions {
  const text = query.get("brush");
  const which = query.get("by") === "start" ? "start" : "end";
  const points = useMemo(() => (durations?.points ?? []).map((point) => pointOf(task, point)), [task, durations]);
  return useMemo(() => {
    const brush = parseBrush(text);
    if (!brush) return { points, keys: undefined, rows: undefined };
    const keys = pointsWithin(points, which, brush);
    const rows = (durations?.points ?? []).filter(({ execution }) => keys.has(execution)).toReversed();
    return { points, keys, rows: rows.map(rowOf) };
  }, [points, durations, text, which]);
}

function pointOf(task: string, { execution, at, durationMs, outcome, version }: Point): ScatterPoint {
  return {
    key: execution,
    startedAt: Date.parse(at),
    durationMs,
    mark: markOf(outcome),
    title: `${task} at ${version}`,
    href: href.loopTask(task, { execution }),
    facts: [
      ["status", outcome.replace("_", " ")],
      ["version", version],
    ],
  };
}

function rowOf({ execution: id, at: startedAt, durationMs, outcome, version }: Point): ExecutionRow {
  return { id, version, startedAt, durationMs, outcome };
}

interface DurationGraphProps {
  readonly task: string;
  readonly durations: LoopDurationsView;
  readonly selected: SelectedExecutions;
  readonly query: URLSearchParams;
}

export function DurationGraph({ task, durations, selected: { points, keys }, query }: DurationGraphProps) {
  return (
    <DurationScatter
      label={`How long executions of ${task} took`}
      points={points}
      all={durations.executions}
      p50Ms={durations.p50Ms}
      p95Ms={durations.p95Ms}
      query={query}
      selected={keys}
    />
  );
}
