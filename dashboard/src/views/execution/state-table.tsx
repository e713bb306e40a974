/** The graph's twin: every state with how it stands, and where it leads. */

import { type Arrow, allArrows, allNodes, type SequenceGraph } from "../../parts/state-graph/machine-graph.ts";
import { StateMark } from "../../parts/state-mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { countsText, type StateProgress } from "./progress.ts";

interface StateTableProps {
  readonly graph: SequenceGraph;
  readonly progress: ReadonlyMap<string, StateProgress>;
  readonly onChoose: (state: string) => void;
}

interface Row {
  readonly name: string;
  readonly type: string;
  readonly progress: StateProgress | undefined;
  readonly leads: string;
}

export function StateTable({ graph, progress, onChoose }: StateTableProps) {
  const arrows = allArrows(graph);
  const rows = allNodes(graph).map(
    ({ name, type }): Row => ({
      name,
      type,
      progress: progress.get(name),
      leads: leadsText(arrows.filter(({ from }) => from === name)),
    }),
  );
  const columns: readonly Column<Row>[] = [
    {
      key: "state",
      header: "State",
      isName: true,
      cell: ({ name }) => (
        <button type="button" class="button small" onClick={() => onChoose(name)}>
          {name}
        </button>
      ),
    },
    { key: "type", header: "Type", cell: ({ type }) => type },
    {
      key: "status",
      header: "Status",
      cell: (row) =>
        row.progress ? <StateMark state={row.progress.status} /> : <span class="faint">not reached</span>,
    },
    { key: "stays", header: "Stays", kind: "number", cell: (row) => row.progress?.stays ?? 0 },
    { key: "tries", header: "Tries", kind: "number", cell: (row) => row.progress?.tries ?? 0 },
    { key: "counts", header: "Of them", cell: (row) => (row.progress ? countsText(row.progress) : "") },
    { key: "leads", header: "Leads to", kind: "wide", cell: ({ leads }) => leads },
  ];
  return <Table caption="States of the machine" columns={columns} rows={rows} rowKey={({ name }) => name} />;
}

/** `add-preview; batch-group if $.batch = true; failure on any error` */
function leadsText(arrows: readonly Arrow[]): string {
  return arrows
    .map(({ to = "the end", kind, when }) => {
      if (kind === "choice") return `${to} if ${when}`;
      if (kind === "default") return `${to} otherwise`;
      return kind === "catch" ? `${to} on ${when}` : to;
    })
    .join("; ");
}
