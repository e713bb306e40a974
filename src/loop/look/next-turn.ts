/** When each task of a loop comes next: by its place in the iteration, by the clock, or with an iteration to come. */
import { isoTime } from "../../clock.ts";
import type { LoopRecord } from "../loop-record.ts";
import { type LoopTask, METADATA_LOOP, taskKey } from "../loop-task.ts";
import { versionOf } from "../turns/loop-tasks.ts";
import { nextDue } from "../turns/schedule.ts";
import type { KnownLoops } from "./known-loops.ts";
import { queueOf } from "./turn-queue.ts";

export type NextTurn =
  | { readonly when: "now" }
  /** In the iteration that goes on; 1 comes next. */
  | { readonly when: "position"; readonly position: number }
  /** `at`: ISO 8601; past where nobody has come for it. `schedule`: its own. `iteration`: the loop's pause ends. `retry`: it is tried again. */
  | { readonly when: "at"; readonly at: string; readonly reason: "schedule" | "iteration" | "retry" }
  /** After this one; more than 1 where other tasks of its organisation come before it in the metadata loop. */
  | { readonly when: "iteration"; readonly iterations: number }
  | { readonly when: "never"; readonly reason: "paused" | "broken" | "gone" | "schedule" };

/** A loop with what its tasks' next turns depend on. */
interface LoopNow {
  readonly record: LoopRecord | undefined;
  readonly tasks: readonly LoopTask[];
  readonly queue: readonly string[];
}

/** For registered tasks that do not run at this moment. */
export function makeNextTurns(known: KnownLoops): (task: LoopTask) => NextTurn {
  const { controls, registration } = known;
  const records = new Map(known.loops.map((loop) => [loop.loop, loop]));
  const loops = new Map(
    [...Map.groupBy(registration?.tasks ?? [], ({ loop }) => loop)].map(([loop, tasks]): [string, LoopNow] => {
      const record = records.get(loop);
      return [loop, { record, tasks, queue: queueOf(record, tasks, controls) }];
    }),
  );
  const lastStarts = new Map(known.tasks.map(({ task, last }) => [task, Date.parse(last.startedAt)]));
  const isPaused = (key: string) => controls.tasks[key]?.pause !== undefined;

  return (task) => {
    const key = taskKey(task);
    const loop = loops.get(task.loop);
    const isReadable = registration !== undefined && versionOf(task, registration, controls) !== undefined;
    if (loop === undefined || !isReadable) return { when: "never", reason: "broken" };
    if (controls.loops[task.loop]?.pause !== undefined) return { when: "never", reason: "paused" };
    const place = loop.queue.indexOf(key);
    const retry = loop.record?.retry;
    const waits =
      place >= 0 && retry?.task === key && controls.tasks[key]?.runNow === undefined && retry.at > known.now;
    if (waits) return { when: "at", at: isoTime(retry.at), reason: "retry" };
    if (place >= 0) return { when: "position", position: place + 1 };
    if (isPaused(key)) return { when: "never", reason: "paused" };
    return afterIteration(task, loop, { now: known.now, lastStarts, isPaused });
  };
}

interface Times {
  readonly now: number;
  /** By `codops/name`, in milliseconds since 1970. */
  readonly lastStarts: ReadonlyMap<string, number>;
  isPaused(key: string): boolean;
}

function afterIteration(task: LoopTask, loop: LoopNow, times: Times): NextTurn {
  const { record } = loop;
  const due = dueAt(task, loop, times);
  if (due === Number.POSITIVE_INFINITY) return { when: "never", reason: "schedule" };
  if (due > times.now) return { when: "at", at: isoTime(due), reason: "schedule" };
  const iterations = task.loop === METADATA_LOOP ? roundOf(task, loop, times) : 1;
  if (record?.nextAt === undefined || iterations > 1) return { when: "iteration", iterations };
  // Past where nobody drives the loop: the same answer, whenever somebody asks.
  return { when: "at", at: isoTime(record.nextAt), reason: "iteration" };
}

function dueAt(task: LoopTask, { record }: LoopNow, { now, lastStarts }: Times): number {
  return nextDue(task, lastStarts.get(taskKey(task)) ?? record?.knownSince?.[taskKey(task)], now);
}

/** Each organisation has one turn in a round of the metadata loop: for the one of its tasks that ran longest ago. */
function roundOf(task: LoopTask, loop: LoopNow, times: Times): number {
  const lastStart = (key: string) => times.lastStarts.get(key) ?? 0;
  const waiting = loop.tasks
    .filter(({ codops }) => codops === task.codops)
    .filter((other) => dueAt(other, loop, times) <= times.now)
    .map(taskKey)
    .filter((key) => !times.isPaused(key) && !loop.queue.includes(key))
    .sort((a, b) => lastStart(a) - lastStart(b));
  return waiting.indexOf(taskKey(task)) + 1;
}
