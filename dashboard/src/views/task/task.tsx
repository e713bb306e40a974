/** The view of one task: how long its tries took, how they failed, and in which executions. */
import { useMemo } from "preact/hooks";
import type { TaskView } from "../../../../src/api/shapes/workflows.ts";
import { useQuery } from "../../api/use-query.ts";
import { parseBrush } from "../../charts/brush-text.ts";
import { ChoiceGroup } from "../../charts/choice-group.tsx";
import { DurationScatter } from "../../charts/duration-scatter.tsx";
import { pointsWithin } from "../../charts/scatter-points.ts";
import { useInfo } from "../../info.ts";
import { setQuery } from "../../location.ts";
import { Empty } from "../../parts/empty.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Moment } from "../../parts/moment.tsx";
import { Page } from "../../parts/page.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { href, type ViewProps } from "../../routes.ts";
import { ErrorGroups } from "./error-groups.tsx";
import "./task.css";
import { TaskFigures } from "./task-figures.tsx";
import { TaskParameters } from "./task-parameters.tsx";
import { pointOf, tryKey, WINDOWS, windowOf } from "./try-points.ts";
import { TryTable } from "./try-table.tsx";

export default function Task({ params: { name = "" }, query }: ViewProps) {
  const since = windowOf(query.get("since"));
  const workflow = query.get("workflow") ?? undefined;
  const { data, problem, refresh } = useQuery<TaskView>(
    `/v1/tasks/${encodeURIComponent(name)}`,
    { since, workflow },
    { live: true },
  );
  return (
    <Page title={name} above={<a href={href.tasks()}>Tasks</a>}>
      <div class="task-choices">
        <ChoiceGroup
          label="Window"
          choices={WINDOWS}
          chosen={since}
          onChoose={(value) => setQuery({ since: value === "24h" ? undefined : value, brush: undefined })}
        />
        {data && <WorkflowChooser workflows={data.workflows} chosen={workflow} />}
      </div>
      {problem && <ProblemNote problem={problem} onRetry={refresh} />}
      {!data && !problem && <Loading />}
      {data && <Tries task={data} query={query} />}
      {data && <TaskParameters task={data} />}
    </Page>
  );
}

interface WorkflowChooserProps {
  readonly workflows: readonly string[];
  readonly chosen: string | undefined;
}

function WorkflowChooser({ workflows, chosen }: WorkflowChooserProps) {
  return (
    <label class="choice-group">
      <span class="label">Workflow</span>
      <select
        value={chosen ?? ""}
        onChange={(event) => setQuery({ workflow: event.currentTarget.value, brush: undefined })}
      >
        <option value="">all workflows</option>
        {workflows.map((workflow) => (
          <option key={workflow} value={workflow}>
            {workflow}
          </option>
        ))}
      </select>
    </label>
  );
}

function Tries({ task, query }: { readonly task: TaskView; readonly query: URLSearchParams }) {
  const { name, tries, window, errors, figures } = task;
  const points = useMemo(() => tries.map(pointOf), [tries]);
  const brushText = query.get("brush");
  const which = query.get("by") === "start" ? "start" : "end";
  const selected = useMemo(() => {
    const brush = parseBrush(brushText);
    return brush && pointsWithin(points, which, brush);
  }, [points, brushText, which]);
  const flags = useInfo()?.flags ?? "";
  if (tries.length === 0) {
    return (
      <Empty title={`${name} has not run in this window.`} command={howToRun(task, flags)}>
        <p>
          Nothing ran it since <Moment at={window.since} exact />. Choose a longer window, or run a workflow that has
          it:
        </p>
      </Empty>
    );
  }
  return (
    <>
      <TaskFigures task={task} />
      <DurationScatter
        label={`How long tries of ${name} took`}
        points={points}
        all={window.all ? tries.length : undefined}
        p50Ms={figures.p50Ms}
        p95Ms={figures.p95Ms}
        query={query}
        selected={selected}
      />
      {errors.length > 0 && (
        <>
          <h2>Errors</h2>
          <ErrorGroups errors={errors} />
        </>
      )}
      <h2>{selected === undefined ? "Executions" : "Selected executions"}</h2>
      <TryTable task={name} tries={selected ? tries.filter((one) => selected.has(tryKey(one))) : tries} />
    </>
  );
}

/** A workflow has an example payload beside its definition. */
function howToRun({ workflows: [workflow] }: TaskView, flags: string): string | undefined {
  return workflow && `npx cirrus publish workflows/${workflow}/payload.json${flags}`;
}
