/** The view of one bulk run: how far it is, when it could be done, what it costs, who works on it, what failed. */
import type { BulkRunView } from "../../../../src/api/shapes/bulk.ts";
import { useQuery } from "../../api/use-query.ts";
import { commandLine, useInfo } from "../../info.ts";
import { Command } from "../../parts/copy.tsx";
import { quoted } from "../../parts/equivalent-command.ts";
import { Loading } from "../../parts/loading.tsx";
import { Moment } from "../../parts/moment.tsx";
import { Page } from "../../parts/page.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { SameCommands } from "../../parts/same-commands.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { href, type ViewProps } from "../../routes.ts";
import "../bulk/bulk.css";
import { ProgressBar } from "../bulk/progress-bar.tsx";
import { BAR_STATES, isIdle } from "../bulk/run-texts.ts";
import { EntryList } from "./entry-list.tsx";
import { EntryPanel } from "./entry-panel.tsx";
import { ErrorTable } from "./error-table.tsx";
import { RunActions } from "./run-actions.tsx";
import { RunFigures } from "./run-figures.tsx";
import { WorkerTable } from "./worker-table.tsx";

export default function BulkRun({ params: { run: name = "" }, query }: ViewProps) {
  const { data, problem, refresh } = useQuery<BulkRunView>(`/v1/bulk/${encodeURIComponent(name)}`, {}, { live: true });
  const above = <a href={href.bulk()}>Bulk runs</a>;
  if (!data) {
    return (
      <Page title={name} above={above}>
        {problem ? <ProblemNote problem={problem} onRetry={refresh} /> : <Loading />}
      </Page>
    );
  }
  const entry = query.get("entry");
  return (
    <Page
      title={name}
      above={above}
      mark={<StateMark state={data.state} />}
      actions={<RunActions run={data} onDone={refresh} />}
    >
      {problem && <ProblemNote problem={problem} onRetry={refresh} />}
      <p>
        <span class="bulk-task">{data.task}</span>, begun <Moment at={data.created} />
        {data.reason !== undefined && `; ${data.state}: ${data.reason}`}
      </p>
      <ProgressBar run={data} isLarge />
      <BarLegend run={data} />
      <RunFigures run={data} />
      <h2>Errors</h2>
      {data.errors.length > 0 ? (
        <ErrorTable run={name} errors={data.errors} />
      ) : (
        <p class="faint">No attempt has failed.</p>
      )}
      {!data.sample.all && <p class="faint">Of the first {data.sample.attempts.toLocaleString("en")} attempts.</p>}
      <h2>Workers</h2>
      {isIdle(data) && <WorkOn run={name} />}
      <WorkerTable workers={data.workers} />
      <h2>Entries</h2>
      <EntryList run={data} query={query} />
      {entry !== null && <EntryPanel run={name} entry={entry} query={query} />}
      <SameCommands commands={commandsOf(data)} />
    </Page>
  );
}

/** A stage starts workers by itself. */
function WorkOn({ run }: { readonly run: string }) {
  const info = useInfo();
  if (info?.flags !== "") return <p>Nobody works on it now: workers are started where some are needed.</p>;
  return (
    <>
      <p>Nobody works on it now. To go on:</p>
      <Command line={commandLine(info, `bulk work ${quoted(run)}`)} />
    </>
  );
}

function BarLegend({ run }: { readonly run: BulkRunView }) {
  return (
    <ul class="bar-legend">
      {BAR_STATES.filter((state) => run.counts[state] > 0).map((state) => (
        <li key={state}>
          <StateMark state={state} />{" "}
          <a href={href.bulkRun(run.name, { state })}>
            {run.counts[state].toLocaleString("en")}
            <span class="unseen"> entries that are {state}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function commandsOf({ name, counts }: BulkRunView): readonly string[] {
  const run = quoted(name);
  return [
    `bulk status ${run}`,
    ...(counts.FAILED > 0 ? [`bulk entries ${run} --state failed`, `bulk retry ${run}`] : []),
    `bulk results ${run} -o jsonl`,
    `bulk report ${run}`,
  ];
}
