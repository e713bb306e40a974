/** The view "Tasks": what workflows run. */
import type { TaskList, TaskRow } from "../../../../src/api/shapes/workflows.ts";
import { useQuery } from "../../api/use-query.ts";
import { Empty } from "../../parts/empty.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { SameCommands } from "../../parts/same-commands.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { href } from "../../routes.ts";
import "./tasks.css";

export default function Tasks() {
  const { data, problem, refresh } = useQuery<TaskList>("/v1/tasks");
  return (
    <Page title="Tasks">
      {problem && <ProblemNote problem={problem} onRetry={refresh} />}
      {!data && !problem && <Loading />}
      {data?.tasks.length === 0 && (
        <Empty title="No workflow runs a task yet." command={CREATE}>
          <p>
            This makes a task in the project; a state of type <code>Task</code> in a workflow's definition runs it.
          </p>
        </Empty>
      )}
      {data && data.tasks.length > 0 && (
        <>
          <Table caption="Tasks" rows={data.tasks} rowKey={({ name }) => name} columns={COLUMNS} />
          <SameCommands commands={["show tasks"]} />
        </>
      )}
    </Page>
  );
}

const CREATE = `npx cirrus create task my-task "Counts clouds" --type lambda`;

const COLUMNS: readonly Column<TaskRow>[] = [
  { key: "name", header: "Task", isName: true, cell: ({ name }) => <a href={href.task(name)}>{name}</a> },
  {
    key: "kinds",
    header: "Runs as",
    cell: ({ kinds }) => <span class="runs-as">{kinds.map((kind) => KINDS[kind]).join(", ")}</span>,
  },
  {
    key: "workflows",
    header: "In the workflows",
    kind: "wide",
    cell: ({ name, workflows }) => (
      <ul class="in-line">
        {workflows.map((workflow) => (
          <li key={workflow}>
            <a href={href.workflow(workflow)}>{workflow}</a>{" "}
            <a class="faint" href={href.task(name, { workflow })}>
              how it goes there
              <span class="unseen">
                : {name} in {workflow}
              </span>
            </a>
          </li>
        ))}
      </ul>
    ),
  },
];

const KINDS = { lambda: "Lambda function", batch: "Batch job" } as const;
