/** The points of a duration graph as a table, newest first. */
import { useState } from "preact/hooks";
import { Duration } from "../parts/duration.tsx";
import { Moment } from "../parts/moment.tsx";
import { Table } from "../parts/table.tsx";
import { ChartMark } from "./mark-icon.tsx";
import type { ScatterPoint } from "./scatter-points.ts";

const PAGE = 100;

interface ScatterTableProps {
  readonly label: string;
  readonly points: readonly ScatterPoint[];
}

export function ScatterTable({ label, points }: ScatterTableProps) {
  const [shown, setShown] = useState(PAGE);
  const newest = points.slice(Math.max(0, points.length - shown)).toReversed();
  return (
    <Table<ScatterPoint>
      caption={`${label}, as a table`}
      rows={newest}
      rowKey={({ key }) => key}
      hasMore={shown < points.length}
      onMore={() => setShown(shown + PAGE)}
      columns={[
        {
          key: "what",
          header: "What",
          isName: true,
          kind: "wide",
          cell: ({ title, href }) => <a href={href}>{title}</a>,
        },
        {
          key: "outcome",
          header: "Outcome",
          cell: ({ mark }) => (
            <span class="mark">
              <ChartMark mark={mark} /> {mark}
            </span>
          ),
        },
        {
          key: "start",
          header: "Started",
          cell: ({ startedAt }) => <Moment at={new Date(startedAt).toISOString()} exact />,
        },
        { key: "took", header: "Took", kind: "number", cell: ({ durationMs }) => <Duration ms={durationMs} /> },
      ]}
    />
  );
}
