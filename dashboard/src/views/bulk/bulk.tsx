/** The view "Bulk runs": every run with how far it is. */
import type { BulkRunList, BulkRunRow } from "../../../../src/api/shapes/bulk.ts";
import { useQuery } from "../../api/use-query.ts";
import { useInfo } from "../../info.ts";
import { Empty } from "../../parts/empty.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Moment } from "../../parts/moment.tsx";
import { Page } from "../../parts/page.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { SameCommands } from "../../parts/same-commands.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { href } from "../../routes.ts";
import "./bulk.css";
import { ProgressBar } from "./progress-bar.tsx";
import { shareText } from "./run-texts.ts";

export default function Bulk() {
  const { data, problem, refresh } = useQuery<BulkRunList>("/v1/bulk", {}, { live: true });
  return (
    <Page title="Bulk runs">
      {problem && <ProblemNote problem={problem} onRetry={refresh} />}
      {!data && !problem && <Loading />}
      {data?.runs.length === 0 && <NoRuns />}
      {data && data.runs.length > 0 && (
        <>
          <Table caption="Bulk runs" rows={data.runs} rowKey={({ name }) => name} columns={COLUMNS} />
          <SameCommands commands={["bulk list"]} />
        </>
      )}
    </Page>
  );
}

const COLUMNS: readonly Column<BulkRunRow>[] = [
  { key: "name", header: "Run", isName: true, cell: ({ name }) => <a href={href.bulkRun(name)}>{name}</a> },
  { key: "state", header: "State", cell: ({ state }) => <StateMark state={state} /> },
  { key: "progress", header: "Progress", cell: (run) => <ProgressBar run={run} /> },
  {
    key: "ended",
    header: "Ended",
    kind: "number",
    cell: ({ counts: { DONE, FAILED, CANCELLED }, entries }) => (
      <>
        {(DONE + FAILED + CANCELLED).toLocaleString("en")} of {entries.toLocaleString("en")}{" "}
        <span class="faint">{shareText(DONE + FAILED + CANCELLED, entries)}</span>
      </>
    ),
  },
  {
    key: "failed",
    header: "Failed",
    kind: "number",
    cell: ({ name, counts: { FAILED } }) =>
      FAILED === 0 ? (
        <span class="faint">0</span>
      ) : (
        <a href={href.bulkRun(name, { state: "FAILED" })}>{FAILED.toLocaleString("en")}</a>
      ),
  },
  { key: "created", header: "Begun", cell: ({ created }) => <Moment at={created} /> },
  { key: "task", header: "Task", kind: "wide", cell: ({ task }) => <span class="bulk-task">{task}</span> },
];

function NoRuns() {
  const info = useInfo();
  const pool = info?.stage === undefined ? "--num-simultaneous-tasks 10" : `--pool batch${info.flags}`;
  return (
    <Empty title="No bulk runs yet." command={`npx cirrus bulk run ./my_worker.ts --tasks my_tasks.json ${pool}`}>
      <p>
        A bulk run is one program over a file of many independent inputs, each tried until it ends well or for good.
        This runs one, and shows it here while it goes.
      </p>
    </Empty>
  );
}
