/** The view "Loops": organisations with their tasks, where each is in its loop, how its last execution ended, when it comes next. */
import type { LoopList, LoopTaskList, LoopTaskView } from "../../../../src/api/shapes/loops.ts";
import { useQuery } from "../../api/use-query.ts";
import { useInfo } from "../../info.ts";
import { Empty } from "../../parts/empty.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { SameCommands } from "../../parts/same-commands.tsx";
import { href, type ViewProps } from "../../routes.ts";
import { LoopTable } from "./loop-table.tsx";
import "./loops.css";
import { OrganisationChooser } from "./organisation-chooser.tsx";
import { ProblemList } from "./problem-list.tsx";
import { TaskTable } from "./task-table.tsx";

export default function Loops({ params: { codops }, query }: ViewProps) {
  const list = useQuery<LoopList>("/v1/loops", {}, { live: true });
  const found = useQuery<LoopTaskList>("/v1/loops/tasks", { codops }, { live: true });
  const problem = list.problem ?? found.problem;
  const refresh = () => {
    list.refresh();
    found.refresh();
  };
  const above = codops !== undefined && <a href={href.loops()}>Loops of all organisations</a>;
  if (!list.data || !found.data) {
    return (
      <Page title="Loops" above={above}>
        {problem ? <ProblemNote problem={problem} onRetry={refresh} /> : <Loading />}
      </Page>
    );
  }
  const { organisations, loops, problems } = list.data;
  const tasks = goneLast(found.data.tasks);
  const mine = loops.filter(
    ({ loop }) => codops === undefined || loop === codops || tasks.some((task) => task.loop === loop),
  );
  const wrong = codops === undefined ? problems : (organisations.find((one) => one.codops === codops)?.problems ?? []);
  const isEmpty = organisations.length === 0 && problems.length === 0;
  return (
    <Page
      title={codops === undefined ? "Loops" : `Loops of ${codops}`}
      above={above}
      actions={!isEmpty && <OrganisationChooser organisations={organisations} chosen={codops} />}
    >
      {problem && <ProblemNote problem={problem} onRetry={refresh} />}
      {isEmpty ? (
        <NoLoops />
      ) : (
        <>
          {tasks.length > 0 ? (
            <TaskTable tasks={tasks} unfolded={query.get("task")} onChange={refresh} />
          ) : (
            <Empty title={codops === undefined ? "No tasks are registered." : `${codops} has no tasks.`}>
              <p>A file peach.yaml in a repository registers them.</p>
            </Empty>
          )}
          {wrong.length > 0 && (
            <>
              <h2>Problems of registration</h2>
              <ProblemList problems={wrong} />
            </>
          )}
          {mine.length > 0 && (
            <>
              <h2>Iterations</h2>
              <LoopTable loops={mine} onChange={refresh} />
            </>
          )}
          <SameCommands commands={["loop list", "loop check"]} />
        </>
      )}
    </Page>
  );
}

function goneLast(tasks: readonly LoopTaskView[]): readonly LoopTaskView[] {
  return tasks.toSorted((a, b) => Number(a.standing === "gone") - Number(b.standing === "gone"));
}

function NoLoops() {
  const info = useInfo();
  if (info?.stage !== undefined) {
    return (
      <Empty title="No loops yet.">
        <p>
          Name the repositories that register tasks in <code>cirrus.yml</code>, under <code>custom.loops</code>, and
          deploy the stage.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No loops yet." command="npx cirrus loop run ../notebooks">
      <p>
        A file <code>peach.yaml</code> in a Git repository registers notebooks; this runs them again and again, and
        shows them here. <code>npx cirrus loop check ../notebooks</code> says first what is wrong with it.
      </p>
    </Empty>
  );
}
