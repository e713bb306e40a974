/** The view of one task of a loop: its executions, how long they took, what they wrote. */
import { useEffect, useRef } from "preact/hooks";
import type { LoopDurationsView, LoopTaskView } from "../../../../src/api/shapes/loops.ts";
import { useQuery } from "../../api/use-query.ts";
import { ChoiceGroup } from "../../charts/choice-group.tsx";
import { setQuery } from "../../location.ts";
import { quoted } from "../../parts/equivalent-command.ts";
import { Loading } from "../../parts/loading.tsx";
import { LogView } from "../../parts/log-view/log-view.tsx";
import { Page } from "../../parts/page.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { SameCommands } from "../../parts/same-commands.tsx";
import { href, type ViewProps } from "../../routes.ts";
import { TaskState } from "../loops/loop-marks.tsx";
import { OUTCOME_CHOICES } from "./outcome-choices.ts";
import "../loops/loops.css";
import { ProblemList } from "../loops/problem-list.tsx";
import { ControlNotes } from "./control-notes.tsx";
import { DurationGraph, useSelectedExecutions } from "./duration-graph.tsx";
import { ExecutionDetail } from "./execution-detail.tsx";
import { LoopExecutions } from "./loop-executions.tsx";
import { TaskActions } from "./task-actions.tsx";
import { Registration, TaskFigures } from "./task-facts.tsx";

export default function LoopTask({ query }: ViewProps) {
  const key = query.get("task") ?? "";
  const task = useQuery<LoopTaskView>("/v1/loops/task", { task: key }, { live: true });
  const [codops = ""] = key.split("/");
  const above = (
    <>
      <a href={href.loops()}>Loops</a> / <a href={href.loops(codops)}>{codops}</a>
    </>
  );
  if (!task.data) {
    return (
      <Page title={key} above={above}>
        {task.problem ? <ProblemNote problem={task.problem} onRetry={task.refresh} /> : <Loading />}
      </Page>
    );
  }
  return (
    <Page
      title={task.data.task}
      above={above}
      mark={<TaskState {...task.data} />}
      actions={<TaskActions task={task.data} onDone={task.refresh} />}
    >
      {task.problem && <ProblemNote problem={task.problem} onRetry={task.refresh} />}
      <ControlNotes task={task.data} />
      {task.data.problems.length > 0 && <ProblemList problems={task.data.problems} />}
      <TaskFigures task={task.data} />
      <Registration task={task.data} />
      <Executions task={task.data} query={query} onChange={task.refresh} />
      <SameCommands commands={[`loop show ${quoted(key)}`, `loop logs ${quoted(key)} --follow`]} />
    </Page>
  );
}

interface ExecutionsProps {
  readonly task: LoopTaskView;
  readonly query: URLSearchParams;
  readonly onChange: () => void;
}

function Executions({ task, query, onChange }: ExecutionsProps) {
  const durations = useQuery<LoopDurationsView>("/v1/loops/durations", { task: task.task }, { live: true });
  const selected = useSelectedExecutions(task, durations.data, query);
  const frame = useRef<HTMLElement>(null);
  const outcome = OUTCOME_CHOICES.find(({ value }) => value === query.get("outcome"))?.value ?? "";
  const execution = query.get("execution");
  // However it was asked for: in the table, in the graph, by a link from elsewhere.
  useEffect(() => {
    if (execution === null) return;
    frame.current?.scrollIntoView({ block: "start" });
    frame.current?.focus({ preventScroll: true });
  }, [execution]);
  return (
    <>
      <h2>Durations</h2>
      {durations.problem && <ProblemNote problem={durations.problem} onRetry={durations.refresh} />}
      {durations.data && durations.data.points.length > 0 ? (
        <DurationGraph task={task.task} durations={durations.data} selected={selected} query={query} />
      ) : (
        <p class="faint">{durations.isLoading ? "Loading…" : "No execution has ended yet."}</p>
      )}
      <h2>{selected.rows === undefined ? "Executions" : "Selected executions"}</h2>
      {selected.rows === undefined && (
        <ChoiceGroup
          label="Status"
          choices={OUTCOME_CHOICES}
          chosen={outcome}
          onChoose={(value) => setQuery({ outcome: value })}
        />
      )}
      <LoopExecutions
        task={task.task}
        outcome={outcome || undefined}
        selected={selected.rows}
        shown={execution}
        showBelow={(id) => setQuery({ execution: id })}
      />
      <section ref={frame} class="log-frame" tabIndex={-1} aria-label="What it wrote">
        <Below task={task} execution={execution} onChange={onChange} />
      </section>
    </>
  );
}

interface BelowProps {
  readonly task: LoopTaskView;
  readonly execution: string | null;
  readonly onChange: () => void;
}

/** By default the logs of all executions; of one, with what is known of it, where it was asked for. */
function Below({ task, execution, onChange }: BelowProps) {
  if (execution === null) {
    return (
      <>
        <h2>Log of all executions</h2>
        <LogView source={{ path: "/v1/loops/logs", params: { task: task.task } }} />
      </>
    );
  }
  return (
    <>
      <h2>One execution</h2>
      <p>
        <button type="button" class="button small" onClick={() => setQuery({ execution: undefined })}>
          Show the log of all executions
        </button>
      </p>
      <ExecutionDetail task={task} id={execution} onChange={onChange} />
      <h3>Log</h3>
      <LogView source={{ path: "/v1/loops/logs", params: { execution } }} />
    </>
  );
}
