/** The timeline's twin: when each step began, and how long it waited and ran. */
import { Duration } from "../../parts/duration.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import type { SegmentKind, TimelineRow } from "./timeline.ts";
import { foldedText } from "./timeline-text.ts";

interface TimelineTableProps {
  readonly rows: readonly TimelineRow[];
  /** Milliseconds since 1970. */
  readonly start: number;
}

export function TimelineTable({ rows, start }: TimelineTableProps) {
  const columns: readonly Column<TimelineRow>[] = [
    { key: "step", header: "Step", isName: true, cell: ({ label }) => label },
    { key: "status", header: "Status", cell: ({ status }) => <StateMark state={status} /> },
    { key: "from", header: "After", kind: "number", cell: ({ from }) => <Duration ms={from - start} /> },
    { key: "took", header: "Took", kind: "number", cell: ({ from, until }) => <Duration ms={until - from} /> },
    {
      key: "queued",
      header: "Waited for a place",
      kind: "number",
      cell: (row) => <Duration ms={sum(row, "queued")} />,
    },
    { key: "ran", header: "Ran", kind: "number", cell: (row) => <Duration ms={sum(row, "running")} /> },
    {
      key: "retry",
      header: "Waited for retries",
      kind: "number",
      cell: (row) => <Duration ms={sum(row, "waiting")} />,
    },
    {
      key: "tries",
      header: "Tries",
      kind: "number",
      cell: ({ steps }) => steps.reduce((all, one) => all + one.tries.length, 0),
    },
    { key: "each", header: "Iterations", kind: "wide", cell: ({ folded }) => (folded ? foldedText(folded) : "") },
  ];
  return <Table caption="Steps over time" columns={columns} rows={rows} rowKey={({ key }) => key} />;
}

function sum({ segments }: TimelineRow, kind: SegmentKind): number | undefined {
  const those = segments.filter((segment) => segment.kind === kind);
  return those.length === 0 ? undefined : those.reduce((all, { from, until }) => all + until - from, 0);
}
