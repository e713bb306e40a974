/** A task unfolded in the list: what is wrong with it, what can be asked of it, its last executions. */
import type { LoopTaskView } from "../../../../src/api/shapes/loops.ts";
import { href } from "../../routes.ts";
import { ControlNotes } from "../loop-task/control-notes.tsx";
import { LoopExecutions } from "../loop-task/loop-executions.tsx";
import { TaskActions } from "../loop-task/task-actions.tsx";
import { ProblemList } from "./problem-list.tsx";

const NEWEST = 8;

export function TaskGlance({ task, onChange }: { readonly task: LoopTaskView; readonly onChange: () => void }) {
  return (
    <div class="task-glance">
      <div class="button-row">
        <a class="button small" href={href.loopTask(task.task)}>
          Graph, logs and all executions
        </a>
        <TaskActions task={task} isSmall onDone={onChange} />
      </div>
      <ControlNotes task={task} />
      {task.problems.length > 0 && <ProblemList problems={task.problems} />}
      <LoopExecutions task={task.task} newest={NEWEST} showBelow={undefined} />
    </div>
  );
}
