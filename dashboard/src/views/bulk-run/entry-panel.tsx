/** One entry of a bulk run: its attempts, how each ended, and what it wrote. */
import { useEffect, useRef } from "preact/hooks";
import type { BulkAttemptView } from "../../../../src/api/shapes/bulk.ts";
import { usePages } from "../../api/use-query.ts";
import { setQuery } from "../../location.ts";
import { quoted } from "../../parts/equivalent-command.ts";
import { Loading } from "../../parts/loading.tsx";
import { LogView } from "../../parts/log-view/log-view.tsx";
import { memoryText } from "../../parts/memory-text.ts";
import { ProblemNote } from "../../parts/problem.tsx";
import { SameCommands } from "../../parts/same-commands.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Thrown } from "../../parts/thrown.tsx";
import { startedColumn, tookColumn } from "../../parts/when-columns.tsx";

interface EntryPanelProps {
  readonly run: string;
  readonly entry: string;
  readonly query: URLSearchParams;
}

export function EntryPanel({ run, entry, query }: EntryPanelProps) {
  const panel = useRef<HTMLElement>(null);
  const path = `/v1/bulk/${encodeURIComponent(run)}`;
  const pages = usePages<BulkAttemptView>(`${path}/attempts`, { entry }, { live: true });
  useEffect(() => {
    panel.current?.scrollIntoView({ block: "nearest" });
    panel.current?.focus({ preventScroll: true });
  }, [entry]);
  const attempts = pages.rows.toSorted((a, b) => b.attempt - a.attempt);
  const chosen = attempts.find(({ attempt }) => String(attempt) === query.get("attempt")) ?? attempts[0];
  return (
    <section class="entry-panel" ref={panel} tabIndex={-1} aria-label={`Entry ${entry}`}>
      <h2>Entry {entry}</h2>
      <button type="button" class="button small" onClick={() => setQuery({ entry: undefined, attempt: undefined })}>
        Close
      </button>
      {pages.problem && <ProblemNote problem={pages.problem} onRetry={pages.refresh} />}
      {!chosen && !pages.problem && (pages.isLoading ? <Loading /> : <p>It has not been tried yet.</p>)}
      {chosen && (
        <>
          <h3>Attempts</h3>
          <Table
            caption={`Attempts of ${entry}`}
            rows={attempts}
            rowKey={({ attempt }) => String(attempt)}
            rowClass={({ attempt }) => (attempt === chosen.attempt ? "shown-below" : undefined)}
            columns={COLUMNS}
            hasMore={pages.hasMore}
            isLoading={pages.isLoading}
            onMore={pages.hasMore ? pages.more : undefined}
          />
          <Attempt path={path} attempt={chosen} />
          <SameCommands commands={[`bulk logs ${quoted(run)} ${quoted(entry)}`]} />
        </>
      )}
    </section>
  );
}

function Attempt({ path, attempt }: { readonly path: string; readonly attempt: BulkAttemptView }) {
  const { entryId, error, hasLog } = attempt;
  return (
    <>
      {error && <Thrown error={error} />}
      <h3>Log of attempt {attempt.attempt}</h3>
      {hasLog ? (
        <LogView source={{ path: `${path}/log`, params: { entry: entryId, attempt: attempt.attempt } }} />
      ) : (
        <p class="faint">No log is kept of it.</p>
      )}
    </>
  );
}

const COLUMNS: readonly Column<BulkAttemptView>[] = [
  {
    key: "attempt",
    header: "Attempt",
    isName: true,
    cell: ({ attempt }) => (
      <button type="button" class="link-button" onClick={() => setQuery({ attempt: String(attempt) })}>
        {attempt}
      </button>
    ),
  },
  { key: "outcome", header: "Outcome", cell: ({ outcome }) => <StateMark state={outcome ?? "running"} /> },
  startedColumn(true),
  tookColumn(({ endedAt }) => endedAt === undefined),
  {
    key: "memory",
    header: "Memory",
    kind: "number",
    cell: ({ peakMemoryBytes }) => (peakMemoryBytes === undefined ? "" : memoryText(peakMemoryBytes)),
  },
  { key: "host", header: "On", cell: ({ host }) => host },
  {
    key: "end",
    header: "How it ended",
    kind: "wide",
    cell: ({ error, exitCode, signal }) => (
      <>
        {error && `${error.name}: ${error.message}`}
        {exitCode !== undefined && exitCode !== 0 && <span class="faint"> exit code {exitCode}</span>}
        {signal !== undefined && <span class="faint"> {signal}</span>}
      </>
    ),
  },
];
