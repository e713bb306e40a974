/** A task of a loop as it is registered, and how it went so far. */
import type { ComponentChildren } from "preact";
import type { LoopTaskView } from "../../../../src/api/shapes/loops.ts";
import { type Figure, Figures } from "../../parts/figures.tsx";
import { Moment } from "../../parts/moment.tsx";
import { durationText } from "../../parts/time-text.ts";
import { OutcomeMark, TaskState } from "../loops/loop-marks.tsx";
import { NextTurn } from "../loops/next-turn.tsx";
import { placeText, successText } from "../loops/turn-texts.ts";

export function TaskFigures({ task }: { readonly task: LoopTaskView }) {
  const { last, lastOutcome, meanDurationMs, failureStreak, counts } = task;
  const figures: Figure[] = [
    { name: "State", value: <TaskState {...task} />, note: task.loop && `in the loop ${task.loop}` },
    {
      name: "Last execution",
      value: <OutcomeMark outcome={lastOutcome} />,
      note: last && <Moment at={last.startedAt} />,
    },
    {
      name: "Next turn",
      value: (
        <span class="turn">
          <NextTurn task={task} />
        </span>
      ),
    },
  ];
  if (meanDurationMs !== undefined) {
    figures.push({
      name: "So far",
      value: <span class="turn">{successText(counts)}</span>,
      note: streakText(failureStreak),
    });
    figures.push({ name: "Takes", value: durationText(meanDurationMs), note: "on average" });
  }
  return <Figures figures={figures} />;
}

function streakText(streak: number): string | undefined {
  if (streak === 0) return undefined;
  return streak === 1 ? "the last one did not" : `the last ${streak} in a row did not`;
}

export function Registration({ task }: { readonly task: LoopTaskView }) {
  const { work, repository, schedule, timeoutSeconds } = task;
  const facts: readonly (readonly [name: string, value: ComponentChildren])[] = [
    ["Runs", work],
    ["When", schedule],
    ["At most", timeoutSeconds === undefined ? undefined : durationText(timeoutSeconds * 1000)],
    ["Registered", placeText(task) === "" ? undefined : <code>{placeText(task)}</code>],
    ["Repository", repository],
  ];
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <div key={name} class="fact">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
