/** Tasks of loops, one a row; a row unfolds to its last executions. Which one is unfolded stands in the address. */
import { Fragment } from "preact";
import type { LoopTaskView } from "../../../../src/api/shapes/loops.ts";
import { Strip } from "../../charts/strip.tsx";
import { setQuery } from "../../location.ts";
import { Duration, RunningDuration } from "../../parts/duration.tsx";
import { Moment } from "../../parts/moment.tsx";
import { href } from "../../routes.ts";
import { OutcomeMark, TaskState } from "./loop-marks.tsx";
import { NextTurn } from "./next-turn.tsx";
import { TaskGlance } from "./task-glance.tsx";

interface TaskTableProps {
  readonly tasks: readonly LoopTaskView[];
  /** `codops/name` */
  readonly unfolded: string | null;
  readonly onChange: () => void;
}

const HEADINGS = ["Task", "State", "Last execution", "Started", "Took", "Next turn", "The newest 30"];

export function TaskTable({ tasks, unfolded, onChange }: TaskTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="table-frame task-frame" aria-label="Tasks" tabIndex={0}>
      <table class="table task-table">
        <caption class="unseen">Tasks</caption>
        <thead>
          <tr>
            {HEADINGS.map((heading) => (
              <th key={heading} scope="col" class={heading === "Took" ? "number" : ""}>
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tasks.map((task) => (
            <Fragment key={task.task}>
              <TaskRow task={task} isUnfolded={task.task === unfolded} />
              {task.task === unfolded && (
                <tr class="unfolded">
                  <td colSpan={HEADINGS.length} id={panelId(task)}>
                    <TaskGlance task={task} onChange={onChange} />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function panelId({ task }: LoopTaskView): string {
  return `task-${task.replace("/", "-")}`;
}

function TaskRow({ task, isUnfolded }: { readonly task: LoopTaskView; readonly isUnfolded: boolean }) {
  const { last } = task;
  return (
    <tr>
      <th scope="row" class="task-name">
        <button
          type="button"
          class="button small"
          aria-expanded={isUnfolded}
          aria-controls={isUnfolded ? panelId(task) : undefined}
          aria-label={`Last executions of ${task.task}`}
          onClick={() => setQuery({ task: isUnfolded ? undefined : task.task })}
        >
          {isUnfolded ? "▾" : "▸"}
        </button>{" "}
        <a href={href.loopTask(task.task)}>{task.task}</a>
        {task.loop === "metadata" && <div class="faint">in the metadata loop</div>}
      </th>
      <td>
        <TaskState {...task} />
      </td>
      <td>
        <OutcomeMark outcome={task.lastOutcome} />
        {task.failureStreak > 1 && <div class="faint">{task.failureStreak} in a row</div>}
      </td>
      <td class="nowrap">{last ? <Moment at={last.startedAt} /> : <span class="faint">–</span>}</td>
      <td class="number">
        {last && last.endedAt === undefined ? (
          <RunningDuration since={last.startedAt} />
        ) : (
          <Duration ms={last?.durationMs} />
        )}
      </td>
      <td class="next-turn">
        <NextTurn task={task} />
      </td>
      <td>
        <Strip outcomes={task.recent} />
      </td>
    </tr>
  );
}
