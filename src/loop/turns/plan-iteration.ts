/** Which tasks have a turn in an iteration, and in which order. */
import { isoTime } from "../../clock.ts";
import type { Controls } from "../controls.ts";
import type { LoopRecord } from "../loop-record.ts";
import { type LoopTask, METADATA_LOOP, taskKey } from "../loop-task.ts";
import type { Registration } from "../registration.ts";
import { tasksOf, versionOf } from "./loop-tasks.ts";
import { LONGEST_PAUSE_MS } from "./pause.ts";
import { nextDue } from "./schedule.ts";

export interface PlanInput {
  readonly record: LoopRecord;
  /** The newest: the iteration keeps it. */
  readonly registration: Registration;
  readonly controls: Controls;
  /** By `codops/name`, in milliseconds since 1970; nothing of a task that has never run. */
  readonly lastStarts: Readonly<Record<string, number>>;
  readonly now: number;
}

export type IterationPlan =
  | { readonly plan: "turns"; readonly record: LoopRecord }
  /** No task is due: there is no iteration before `until`, and the last one is over. */
  | { readonly plan: "nothing"; readonly until: number; readonly record: LoopRecord };

/** Whether a plan depends on when tasks ran last. */
export function needsLastStarts(loop: string, registration: Registration): boolean {
  return (
    loop === METADATA_LOOP ||
    tasksOf(registration, loop).some(({ settings }) => settings.everyMs !== undefined || settings.cron !== undefined)
  );
}

export function planIteration(input: PlanInput): IterationPlan {
  const { registration, controls, now } = input;
  const tasks = tasksOf(registration, input.record.loop).filter((task) => versionOf(task, registration, controls));
  const record = { ...input.record, knownSince: knownSince(tasks, input) };
  const awake = tasks.filter((task) => controls.tasks[taskKey(task)]?.pause === undefined);
  const due = awake.filter((task) => isOpen(record, task) || dueAt(task, { ...input, record }) <= now);
  const requested = tasks.some((task) => controls.tasks[taskKey(task)]?.runNow !== undefined);
  if (due.length === 0 && !requested) {
    const until = Math.min(now + LONGEST_PAUSE_MS, ...awake.map((task) => dueAt(task, { ...input, record })));
    return { plan: "nothing", until, record: { ...record, retry: undefined, nextAt: record.nextAt ?? now } };
  }
  const turns = record.loop === METADATA_LOOP ? fairRound(due, tasks, input) : byPriority(due);
  return { plan: "turns", record: beginIteration(record, turns, input) };
}

function dueAt(task: LoopTask, { lastStarts, record, now }: PlanInput): number {
  const key = taskKey(task);
  return nextDue(task, lastStarts[key] ?? record.knownSince?.[key], now);
}

/** An execution that was stopped in the middle: its turn comes again, also where the iteration does not go on. */
function isOpen({ turns, nextAt }: LoopRecord, task: LoopTask): boolean {
  if (nextAt !== undefined) return false;
  return turns.some((turn) => turn.task === taskKey(task) && turn.state === "PENDING" && turn.execution !== undefined);
}

function knownSince(tasks: readonly LoopTask[], { record, lastStarts, now }: PlanInput): LoopRecord["knownSince"] {
  const waiting = tasks
    .filter((task) => task.settings.cron !== undefined && lastStarts[taskKey(task)] === undefined)
    .map((task) => [taskKey(task), record.knownSince?.[taskKey(task)] ?? now] as const);
  return waiting.length === 0 ? undefined : Object.fromEntries(waiting);
}

/** The sort is stable: what is equal stays in the order of registration. */
function byPriority(tasks: readonly LoopTask[]): readonly LoopTask[] {
  return [...tasks].sort((a, b) => b.settings.priority - a.settings.priority);
}

/**
 * A task for each organisation, whose own tasks take turns: the one that ran longest ago. The organisation that was served
 * longest ago comes first, so that nobody waits for more than one task of each of the others.
 */
function fairRound(due: readonly LoopTask[], all: readonly LoopTask[], { lastStarts }: PlanInput): readonly LoopTask[] {
  const lastStart = (task: LoopTask): number => lastStarts[taskKey(task)] ?? Number.NEGATIVE_INFINITY;
  const served = Map.groupBy(all, ({ codops }) => codops);
  const lastServed = (task: LoopTask): number => Math.max(...(served.get(task.codops) ?? []).map(lastStart));
  return [...Map.groupBy(due, ({ codops }) => codops).values()]
    .flatMap((tasks) => [...tasks].sort((a, b) => compare(lastStart(a), lastStart(b))).slice(0, 1))
    .sort((a, b) => compare(lastServed(a), lastServed(b)) || (a.codops < b.codops ? -1 : 1));
}

/** Not a difference: that of two infinities is no number. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function beginIteration(record: LoopRecord, turns: readonly LoopTask[], { registration, now }: PlanInput): LoopRecord {
  return {
    ...record,
    iteration: record.iteration + 1,
    iterationStartedAt: isoTime(now),
    registration: registration.id,
    turns: turns.map((task) => ({ task: taskKey(task), state: "PENDING" })),
    retry: undefined,
    nextAt: undefined,
    // Until something succeeds.
    fruitless: record.fruitless + 1,
  };
}
