/** When something of a list began and how long it took, or takes until now. */
import { Duration, RunningDuration } from "./duration.tsx";
import { Moment } from "./moment.tsx";
import type { Column } from "./table.tsx";

interface Timed {
  readonly startedAt: string;
  readonly durationMs?: number | undefined;
}

/** `exact`: as a time, and not as how long ago. */
export function startedColumn<Row extends Timed>(exact = false): Column<Row> {
  return {
    key: "started",
    header: "Started",
    cell: ({ startedAt }) => (
      <span class="nowrap">
        <Moment at={startedAt} exact={exact} />
      </span>
    ),
  };
}

export function tookColumn<Row extends Timed>(isRunning: (row: Row) => boolean): Column<Row> {
  return {
    key: "took",
    header: "Took",
    kind: "number",
    cell: (row) => (isRunning(row) ? <RunningDuration since={row.startedAt} /> : <Duration ms={row.durationMs} />),
  };
}
