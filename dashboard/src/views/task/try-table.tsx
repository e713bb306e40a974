/** Tries of a task, newest first: in which execution, when, how long, how each ended. */
import { useState } from "preact/hooks";
import type { TaskTryView } from "../../../../src/api/shapes/workflows.ts";
import { StateMark } from "../../parts/state-mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { startedColumn, tookColumn } from "../../parts/when-columns.tsx";
import { href } from "../../routes.ts";
import { executionOf, tryKey } from "./try-points.ts";

const PAGE = 50;

interface TryTableProps {
  readonly task: string;
  readonly tries: readonly TaskTryView[];
}

export function TryTable({ task, tries }: TryTableProps) {
  const [shown, setShown] = useState(PAGE);
  return (
    <Table
      caption={`Tries of ${task}`}
      rows={tries.slice(0, shown)}
      rowKey={tryKey}
      columns={COLUMNS}
      hasMore={shown < tries.length}
      onMore={() => setShown(shown + PAGE)}
    />
  );
}

const COLUMNS: readonly Column<TaskTryView>[] = [
  {
    key: "step",
    header: "Step",
    isName: true,
    cell: (one) => (
      <>
        <a href={executionOf(one)}>{one.step}</a>
        {one.attempt > 1 && <span class="faint"> try {one.attempt}</span>}
      </>
    ),
  },
  { key: "status", header: "Status", cell: ({ status }) => <StateMark state={status} /> },
  startedColumn(),
  tookColumn(({ endedAt }) => endedAt === undefined),
  { key: "workflow", header: "Workflow", cell: ({ workflow }) => <a href={href.workflow(workflow)}>{workflow}</a> },
  {
    key: "payload",
    header: "Payload and error",
    kind: "wide",
    cell: ({ payloadId, error }) => (
      <>
        {payloadId !== undefined && <a href={href.payload(payloadId)}>{payloadId}</a>}
        {error && (
          <div>
            {error.error}: {firstLine(error.cause)}
          </div>
        )}
      </>
    ),
  },
];

function firstLine(text: string): string {
  const [first = ""] = text.split("\n", 1);
  return first.length > 200 ? `${first.slice(0, 200)}…` : first;
}
