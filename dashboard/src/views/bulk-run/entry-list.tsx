/** Entries of a bulk run by state and by how their IDs begin; one of them opens below with its attempts. */
import { useState } from "preact/hooks";
import type { BulkEntryView, BulkRunView } from "../../../../src/api/shapes/bulk.ts";
import { usePages } from "../../api/use-query.ts";
import { ChoiceGroup } from "../../charts/choice-group.tsx";
import { setQuery } from "../../location.ts";
import { Loading } from "../../parts/loading.tsx";
import { Moment } from "../../parts/moment.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { BAR_STATES } from "../bulk/run-texts.ts";

interface EntryListProps {
  readonly run: BulkRunView;
  readonly query: URLSearchParams;
}

export function EntryList({ run, query }: EntryListProps) {
  const state = BAR_STATES.find((one) => one === query.get("state"));
  const prefix = query.get("prefix") ?? undefined;
  const shown = query.get("entry");
  const pages = usePages<BulkEntryView>(
    `/v1/bulk/${encodeURIComponent(run.name)}/entries`,
    { state, prefix, limit: 50 },
    { live: run.state !== "FINISHED" },
  );
  return (
    <>
      <div class="entry-filter">
        <ChoiceGroup
          label="State"
          choices={[
            { value: "", text: "all" },
            ...BAR_STATES.map((value) => ({
              value,
              text: `${value.toLowerCase()} ${run.counts[value].toLocaleString("en")}`,
            })),
          ]}
          chosen={state ?? ""}
          onChoose={(value) => setQuery({ state: value })}
        />
        <PrefixForm key={prefix ?? ""} prefix={prefix ?? ""} />
      </div>
      {pages.problem && <ProblemNote problem={pages.problem} onRetry={pages.refresh} />}
      {pages.rows.length > 0 && (
        <Table
          caption={`Entries of ${run.name}`}
          rows={pages.rows}
          rowKey={({ id }) => id}
          rowClass={({ id }) => (id === shown ? "shown-below" : undefined)}
          columns={COLUMNS}
          hasMore={pages.hasMore}
          isLoading={pages.isLoading}
          onMore={pages.more}
        />
      )}
      {pages.rows.length === 0 &&
        !pages.problem &&
        (pages.isLoading ? <Loading /> : <p class="faint">No such entries.</p>)}
    </>
  );
}

function PrefixForm({ prefix }: { readonly prefix: string }) {
  const [typed, setTyped] = useState(prefix);
  return (
    <form
      class="filter-add"
      onSubmit={(event) => {
        event.preventDefault();
        setQuery({ prefix: typed.trim() });
      }}
    >
      <input
        aria-label="IDs that begin with"
        placeholder="ID begins with…"
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <button type="submit" class="button">
        Filter
      </button>
    </form>
  );
}

const COLUMNS: readonly Column<BulkEntryView>[] = [
  { key: "position", header: "No.", kind: "number", cell: ({ position }) => position.toLocaleString("en") },
  {
    key: "id",
    header: "Entry",
    isName: true,
    cell: ({ id }) => (
      <button type="button" class="link-button entry-id" onClick={() => setQuery({ entry: id, attempt: undefined })}>
        {id}
      </button>
    ),
  },
  { key: "state", header: "State", cell: ({ state }) => <StateMark state={state} /> },
  { key: "attempts", header: "Attempts", kind: "number", cell: ({ attempts }) => attempts.toLocaleString("en") },
  {
    key: "updated",
    header: "Changed",
    cell: ({ updated }) => (
      <span class="nowrap">
        <Moment at={updated} />
      </span>
    ),
  },
  {
    key: "reason",
    header: "Why",
    kind: "wide",
    cell: ({ reason, dueAt }) => (
      <>
        {reason}
        {dueAt !== undefined && (
          <span class="faint">
            {" "}
            due <Moment at={dueAt} />
          </span>
        )}
      </>
    ),
  },
];
