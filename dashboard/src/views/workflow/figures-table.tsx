/** The graph's twin: every state with how often it was entered and failed, and how long it took. */
import type { WorkflowView } from "../../../../src/api/shapes/workflows.ts";
import { Duration } from "../../parts/duration.tsx";
import { allNodes, type SequenceGraph } from "../../parts/state-graph/machine-graph.ts";
import { type Column, Table } from "../../parts/table.tsx";
import { href } from "../../routes.ts";
import { failedShare, figuresByState, percentText, type StateFigures } from "./figures.ts";

interface FiguresTableProps {
  readonly workflow: WorkflowView;
  readonly graph: SequenceGraph;
  /** As it is asked for: `24h`. */
  readonly since: string;
  readonly chosen: string | undefined;
  readonly isChosenOnly?: boolean;
}

interface Row {
  readonly name: string;
  readonly type: string;
  readonly figures: StateFigures | undefined;
}

export function FiguresTable({ workflow, graph, since, chosen, isChosenOnly = false }: FiguresTableProps) {
  const figures = figuresByState(workflow.states);
  const rows = allNodes(graph)
    .filter(({ name }) => !isChosenOnly || name === chosen)
    .map(({ name, type }): Row => ({ name, type, figures: figures.get(name) }));
  const failed = href.payloads({ workflow: workflow.name, state: "FAILED", since });
  const columns: readonly Column<Row>[] = [
    { key: "state", header: "State", isName: true, cell: ({ name }) => name },
    { key: "type", header: "Type", cell: ({ type }) => type },
    { key: "entered", header: "Entered", kind: "number", cell: (row) => row.figures?.entered ?? 0 },
    {
      key: "failed",
      header: "Failed",
      kind: "number",
      cell: (row) => (row.figures && row.figures.failed > 0 ? <a href={failed}>{row.figures.failed}</a> : 0),
    },
    {
      key: "share",
      header: "Failed of what ended",
      kind: "number",
      cell: (row) => percentText(row.figures && failedShare(row.figures)),
    },
    { key: "retries", header: "Retries", kind: "number", cell: (row) => row.figures?.retries ?? 0 },
    { key: "running", header: "Running", kind: "number", cell: (row) => row.figures?.running ?? 0 },
    { key: "p50", header: "Half took at most", kind: "number", cell: (row) => <Duration ms={row.figures?.p50Ms} /> },
    { key: "p95", header: "95 % took at most", kind: "number", cell: (row) => <Duration ms={row.figures?.p95Ms} /> },
  ];
  return (
    <Table
      caption="Figures of the states"
      columns={columns}
      rows={rows}
      rowKey={({ name }) => name}
      rowClass={({ name }) => (name === chosen && !isChosenOnly ? "chosen-row" : undefined)}
    />
  );
}
