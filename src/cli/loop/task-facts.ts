/** A task as `cirrus loop show` begins: how it is registered, what was asked for it, and how it went so far. */
import type { Request } from "../../loop/controls.ts";
import { limitsText, scheduleText, workText } from "../../loop/look/describe-task.ts";
import type { TaskLook } from "../../loop/look/look-at-loops.ts";
import type { ExecutionEnd } from "../../loop/loop-execution.ts";
import type { OutcomeCounts } from "../../loop/task-record.ts";
import { formatDuration } from "../terminal/duration.ts";
import { type Io, paint } from "../terminal/io.ts";
import { renderProblems } from "../terminal/problems.ts";
import { timeText } from "../terminal/relative-time.ts";
import { renderTable } from "../terminal/table.ts";
import { loopMark } from "./loop-marks.ts";
import { placedHere } from "./placed-problems.ts";
import { nextLong, standingOf, type Telling } from "./task-text.ts";
import { writtenText } from "./written-text.ts";

type Fact = readonly [name: string, text: string];

const LONGEST_VALUE = 300;

/** `end`: of the newest execution that has ended. */
export function renderTask(io: Io, task: TaskLook, end: ExecutionEnd | undefined, telling: Telling): string {
  const { now } = telling;
  const result = end?.result;
  const facts: readonly Fact[] = [
    [
      "state",
      `${loopMark(io, io.stdout, standingOf(task))}${task.loop === undefined ? "" : ` in the loop ${task.loop}`}`,
    ],
    ...registeredFacts(io, task),
    ...controlFacts(io, task, now),
    ["next turn", nextLong(task, telling)],
    ...figureFacts(io, task),
    ...(result === undefined || result === null ? [] : [["result", short(JSON.stringify(result))] as const]),
    ...(end?.warnings ?? []).map((text) => [paint(io, io.stdout, "yellow", "warning"), text] as const),
  ];
  const table = renderTable([{ title: "task" }, { title: paint(io, io.stdout, "bold", task.task) }], facts);
  if (task.problems.length === 0) return table;
  return `${table}\n\n${renderProblems(io, io.stdout, placedHere(io, task.problems)).trimEnd()}`;
}

function registeredFacts(io: Io, { registered }: TaskLook): readonly Fact[] {
  if (registered === undefined) return [];
  const { work, args, settings } = registered;
  return [
    ["runs", workText(work)],
    ...(Object.keys(args).length === 0 ? [] : [["args", short(JSON.stringify(args))] as const]),
    ["registered", writtenText(io, registered)],
    ["when", scheduleText(settings)],
    ["limits", limitsText(settings)],
  ];
}

function controlFacts(io: Io, { paused, pin, runNow, loop }: TaskLook, now: number): readonly Fact[] {
  const asked = ({ note, by, at }: Request) =>
    `${note === undefined ? "" : `${note} `}(${by}, ${timeText(io.stdout, at, now)})`;
  const what = paused?.what === "loop" ? `the loop ${loop}: ` : "";
  return [
    ...(paused === undefined ? [] : [["paused", `${what}${asked(paused)}`] as const]),
    ...(runNow === undefined ? [] : [["asked for", asked(runNow)] as const]),
    ...(pin?.request === undefined ? [] : [["pinned", `to ${pin.commit.slice(0, 8)} ${asked(pin.request)}`] as const]),
  ];
}

function figureFacts(io: Io, { counts, successRate, meanDurationMs, failureStreak }: TaskLook): readonly Fact[] {
  if (meanDurationMs === undefined) return [];
  const rate = successRate === undefined ? "" : `${Math.floor(successRate * 100)}% succeeded, `;
  const streak = failureStreak === 1 ? "the last one failed" : `the last ${failureStreak} in a row failed`;
  return [
    ["so far", countsText(io, counts)],
    ["", `${rate}${formatDuration(meanDurationMs)} each on average`],
    ...(failureStreak === 0 ? [] : [["", paint(io, io.stdout, "red", streak)] as const]),
  ];
}

function countsText(io: Io, counts: OutcomeCounts): string {
  const outcomes = ["SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED", "LOST"] as const;
  return outcomes
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${loopMark(io, io.stdout, outcome)} ${counts[outcome].toLocaleString("en-GB")}`)
    .join("  ");
}

function short(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}… (all of it: -o json)`;
}
