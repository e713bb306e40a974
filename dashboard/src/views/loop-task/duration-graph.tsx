/** How long the executions of a loop's task took: a blue dot for each that succeeded, a red cross for each that failed. */
import { useMemo } from "preact/hooks";
import type { LoopDurationsView, LoopExecutionView, LoopTaskView } from "../../../../src/api/shapes/loops.ts";
import { parseBrush } from "../../charts/brush-text.ts";
import { DurationScatter } from "../../charts/duration-scatter.tsx";
import { markOf, pointsWithin, type ScatterPoint } from "../../charts/scatter-points.ts";
import { href } from "../../routes.ts";
import type { ExecutionRow } from "./execution-columns.tsx";

type Point = Omit<LoopDurationsView["points"][number], "outcome"> & Pick<LoopExecutionView, "outcome">;

export interface SelectedExecutions {
  readonly points: readonly ScatterPoint[];
  readonly keys: ReadonlySet<string> | undefined;
  /** Newest first; undefined while nothing is selected. */
  readonly rows: readonly ExecutionRow[] | undefined;
}

/** What the rectangle in the address holds. */
export function useSelectedExecutions(
  { task, last }: Pick<LoopTaskView, "task" | "last">,
  durations: LoopDurationsView | undefined,
  query: URLSearchParams,
): SelectedExecutions {
  const text = query.get("brush");
  const which = query.get("by") === "start" ? "start" : "end";
  const points = useMemo(() => {
    const ended = (durations?.points ?? []).map((point) => pointOf(task, point));
    // What runs is no duration yet, but a point that rises.
    return last === undefined || last.outcome !== undefined ? ended : [...ended, pointOf(task, runningOf(last))];
  }, [task, last, durations]);
  return useMemo(() => {
    const brush = parseBrush(text);
    if (!brush) return { points, keys: undefined, rows: undefined };
    const keys = pointsWithin(points, which, brush);
    const chosen = (durations?.points ?? []).filter(({ execution }) => keys.has(execution)).toReversed();
    const running = last !== undefined && last.outcome === undefined && keys.has(last.id) ? [last] : [];
    return { points, keys, rows: [...running, ...chosen.map(rowOf)] };
  }, [points, durations, last, text, which]);
}

function runningOf({ id: execution, startedAt: at, durationMs, version }: LoopExecutionView): Point {
  return { execution, at, durationMs, version };
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
      ["status", (outcome ?? "RUNNING").replace("_", " ")],
      ["version", version],
    ],
  };
}

function rowOf({
  execution: id,
  at: startedAt,
  durationMs,
  outcome,
  version,
}: LoopDurationsView["points"][number]): ExecutionRow {
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
      all={durations.executions + (points.length - durations.points.length)}
      p50Ms={durations.p50Ms}
      p95Ms={durations.p95Ms}
      query={query}
      selected={keys}
    />
  );
}
