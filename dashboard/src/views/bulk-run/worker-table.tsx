/** Who works on a bulk run, or did. */
import type { BulkRunView } from "../../../../src/api/shapes/bulk.ts";
import { Moment } from "../../parts/moment.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { costText } from "../bulk/run-texts.ts";

type Worker = BulkRunView["workers"][number];

export function WorkerTable({ workers }: { readonly workers: readonly Worker[] }) {
  if (workers.length === 0) return <p class="faint">No worker has come yet.</p>;
  return <Table caption="Workers" rows={workers} rowKey={({ worker }) => worker} columns={COLUMNS} />;
}

const COLUMNS: readonly Column<Worker>[] = [
  { key: "worker", header: "Worker", isName: true, cell: ({ worker }) => <code class="nowrap">{worker}</code> },
  {
    key: "state",
    header: "State",
    cell: ({ endedAt }) => <StateMark state={endedAt === undefined ? "running" : "gone"} />,
  },
  {
    key: "machine",
    header: "Machine",
    cell: ({ host, instanceType, spot }) => `${instanceType ?? host}${spot ? ", spot" : ""}`,
  },
  { key: "slots", header: "At a time", kind: "number", cell: ({ slots }) => slots.toLocaleString("en") },
  {
    key: "started",
    header: "Came",
    cell: ({ startedAt }) => (
      <span class="nowrap">
        <Moment at={startedAt} />
      </span>
    ),
  },
  {
    key: "seen",
    header: "Last seen",
    cell: ({ seenAt, endedAt }) => (
      <span class="nowrap">
        <Moment at={endedAt ?? seenAt} />
      </span>
    ),
  },
  {
    key: "cost",
    header: "Cost",
    kind: "number",
    cell: ({ cost }) => (cost === undefined ? <span class="faint">–</span> : costText(cost)),
  },
  { key: "reason", header: "Why it left", kind: "wide", cell: ({ reason }) => reason ?? "" },
];
