/** The view "Workflows": those that exist, what their payloads came to, and the tasks that they run. */
import type { WorkflowList, WorkflowRow } from "../../../../src/api/shapes/workflows.ts";
import type { State } from "../../../../src/state/states.ts";
import { useQuery } from "../../api/use-query.ts";
import { Empty } from "../../parts/empty.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { SameCommands } from "../../parts/same-commands.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { href } from "../../routes.ts";
import "./workflows.css";

export default function Workflows() {
  const { data, problem, refresh } = useQuery<WorkflowList>("/v1/workflows", {}, { live: true });
  return (
    <Page title="Workflows">
      {problem && <ProblemNote problem={problem} onRetry={refresh} />}
      {!data && !problem && <Loading />}
      {data?.workflows.length === 0 && (
        <Empty title="There are no workflows yet." command={CREATE}>
          <p>A workflow is a state machine that runs tasks for a payload. This makes one in the project.</p>
        </Empty>
      )}
      {data && data.workflows.length > 0 && (
        <>
          <Table
            caption="Workflows"
            rows={data.workflows}
            rowKey={({ name }) => name}
            columns={columnsOf(data.workflows)}
          />
          <SameCommands commands={["show workflows"]} />
        </>
      )}
    </Page>
  );
}

const CREATE = `npx cirrus create workflow my-workflow "Counts clouds"`;

/** In the order in which a payload goes through them, then the bad ends. */
const SHOWN: readonly State[] = ["CLAIMED", "PROCESSING", "SUCCEEDED", "FAILED", "INVALID", "ABORTED"];

/** Only where payloads await others is there a column for those that wait. */
function columnsOf(rows: readonly WorkflowRow[]): readonly Column<WorkflowRow>[] {
  const someWait = rows.some(({ counts }) => (counts.WAITING ?? 0) > 0);
  return [NAME, ...(someWait ? (["WAITING"] as const) : []).map(stateColumn), ...SHOWN.map(stateColumn), TASKS];
}

const NAME: Column<WorkflowRow> = {
  key: "name",
  header: "Workflow",
  kind: "wide",
  isName: true,
  cell: ({ name, exists, description }) => (
    <>
      <a href={href.workflow(name)}>{name}</a>
      {!exists && <span class="faint"> (gone; its payloads are kept)</span>}
      {description !== undefined && <span class="workflow-description faint">{description}</span>}
    </>
  ),
};

function stateColumn(state: State): Column<WorkflowRow> {
  return {
    key: state,
    header: <StateMark state={state} />,
    kind: "number",
    cell: ({ name, counts }) => <StateCount workflow={name} state={state} count={counts[state] ?? 0} />,
  };
}

const TASKS: Column<WorkflowRow> = {
  key: "tasks",
  header: "Tasks",
  cell: ({ tasks }) => (
    <ul class="workflow-tasks">
      {tasks.map((task) => (
        <li key={task}>
          <a href={href.task(task)}>{task}</a>
        </li>
      ))}
    </ul>
  ),
};

interface StateCountProps {
  readonly workflow: string;
  readonly state: State;
  readonly count: number;
}

/** Leads to the payloads that it counts. */
function StateCount({ workflow, state, count }: StateCountProps) {
  if (count === 0) return <span class="faint">0</span>;
  return (
    <a href={href.payloads({ workflow, state })}>
      {count.toLocaleString("en")}
      <span class="unseen">
        {" "}
        payloads of {workflow} that are {state}
      </span>
    </a>
  );
}
