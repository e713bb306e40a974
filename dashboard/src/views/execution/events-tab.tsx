/** The history as the engine wrote it, event by event. */
import { useState } from "preact/hooks";
import type { HistoryEventView, Step } from "../../../../src/api/shapes/executions.ts";
import { usePages } from "../../api/use-query.ts";
import { setQuery, useLocation } from "../../location.ts";
import { Empty } from "../../parts/empty.tsx";
import { JsonTree } from "../../parts/json-tree/json-tree.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Moment } from "../../parts/moment.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { type Column, Table } from "../../parts/table.tsx";

interface EventsTabProps {
  readonly path: string;
  readonly isLive: boolean;
  readonly step: Step | undefined;
}

const PAGE = 200;

export function EventsTab({ path, isLive, step }: EventsTabProps) {
  const pages = usePages<HistoryEventView>(path, { limit: PAGE }, { live: isLive });
  const type = new URLSearchParams(useLocation().search).get("type") ?? "";
  const ofStep = step === undefined ? pages.rows : pages.rows.filter((event) => event.path === step.path);
  // What the link asks for can be taken away also where there is none of it.
  const types = [...new Set([...ofStep.map((event) => event.type), ...(type === "" ? [] : [type])])].sort();
  const rows = ofStep.filter((event) => type === "" || event.type === type);
  if (pages.problem && pages.rows.length === 0) return <ProblemNote problem={pages.problem} onRetry={pages.refresh} />;
  if (pages.rows.length === 0) return pages.isLoading ? <Loading /> : <Empty title="Nothing has happened yet." />;
  return (
    <>
      <label class="event-filter">
        Type{" "}
        <select value={type} onChange={(event) => setQuery({ type: event.currentTarget.value })}>
          <option value="">all</option>
          {types.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      {pages.hasMore && step !== undefined && (
        <p class="faint">Among the first {pages.rows.length} events; show more to look further.</p>
      )}
      <Table
        caption="Events of the execution"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ id }) => String(id)}
        hasMore={pages.hasMore}
        isLoading={pages.isLoading}
        onMore={pages.more}
      />
      {pages.problem && <ProblemNote problem={pages.problem} onRetry={pages.refresh} />}
    </>
  );
}

const COLUMNS: readonly Column<HistoryEventView>[] = [
  { key: "id", header: "Event", kind: "number", isName: true, cell: ({ id }) => id },
  { key: "at", header: "Time", cell: ({ at }) => <Moment at={at} exact /> },
  { key: "type", header: "Type", cell: ({ type }) => type },
  { key: "step", header: "Step", cell: ({ label }) => label },
  { key: "after", header: "After", kind: "number", cell: ({ previousId }) => (previousId === 0 ? "" : previousId) },
  { key: "details", header: "Details", kind: "wide", cell: (event) => <Details event={event} /> },
];

/** Closed at first: some hold whole documents. */
function Details({ event }: { readonly event: HistoryEventView }) {
  const [isOpen, setOpen] = useState(false);
  const names = Object.keys(event.details ?? {});
  if (names.length === 0) return null;
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{names.join(", ")}</summary>
      {isOpen && <JsonTree document={event.details} label={`Details of event ${event.id}`} />}
    </details>
  );
}
