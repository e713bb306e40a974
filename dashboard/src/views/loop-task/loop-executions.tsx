/** Previous executions of a loop's task, newest first. */
import type { LoopExecutionView } from "../../../../src/api/shapes/loops.ts";
import { usePages } from "../../api/use-query.ts";
import { Loading } from "../../parts/loading.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { Table } from "../../parts/table.tsx";
import { type ExecutionRow, executionColumns } from "./execution-columns.tsx";

interface LoopExecutionsProps {
  readonly task: string;
  /** At most so many, and no way to more. */
  readonly newest?: number;
  readonly outcome?: string | undefined;
  /** In place of the list: what is selected elsewhere. */
  readonly selected?: readonly ExecutionRow[] | undefined;
  readonly shown?: string | null;
  readonly showBelow: ((id: string) => void) | undefined;
}

export function LoopExecutions(props: LoopExecutionsProps) {
  const { task, newest, outcome, selected, shown, showBelow } = props;
  const pages = usePages<LoopExecutionView>(
    "/v1/loops/executions",
    { task, outcome, limit: newest ?? 50 },
    { live: true },
  );
  if (pages.problem && pages.rows.length === 0) return <ProblemNote problem={pages.problem} onRetry={pages.refresh} />;
  const known = new Map(pages.rows.map((row) => [row.id, row]));
  const rows: readonly ExecutionRow[] = selected?.map((row) => known.get(row.id) ?? row) ?? pages.rows;
  if (rows.length === 0) {
    if (pages.isLoading) return <Loading />;
    return <p class="faint">{outcome === undefined ? "It has not run yet." : "None ended like this."}</p>;
  }
  const isWhole = newest !== undefined || selected !== undefined;
  return (
    <Table<ExecutionRow>
      caption={`Executions of ${task}`}
      rows={rows}
      rowKey={({ id }) => id}
      rowClass={({ id }) => (id === shown ? "shown-below" : undefined)}
      columns={executionColumns(task, showBelow)}
      hasMore={!isWhole && pages.hasMore}
      isLoading={pages.isLoading}
      onMore={isWhole ? undefined : pages.more}
    />
  );
}
