/** When each task of a loop comes next: by its place in the iteration, by the clock, or with an iteration to come. */
import { isoTime } from "../../clock.ts";
import type { HeldLoop } from "../loop-store.ts";
import { type LoopTask, METADATA_LOOP, taskKey } from "../loop-task.ts";
import { versionOf } from "../turns/loop-tasks.ts";
import { nextDue } from "../turns/schedule.ts";
import type { KnownLoops } from "./known-loops.ts";

export type NextTurn =
  | { readonly when: "now" }
  /** In the iteration that goes on; 1 comes next. */
  | { readonly when: "position"; readonly position: number }
  /** `at`: ISO 8601. `schedule`: its own. `iteration`: the loop's pause ends. `retry`: it is tried again. */
  | { readonly when: "at"; readonly at: string; readonly reason: "schedule" | "iteration" | "retry" }
  /** After this one; more than 1 where other tasks of its organisation come before it in the metadata loop. */
  | { readonly when: "iteration"; readonly iterations: number }
  | { readonly when: "never"; readonly reason: "paused" | "broken" | "gone" | "schedule" };

/** For registered tasks that do not run at this moment. */
export function makeNextTurns(known: KnownLoops): (task: LoopTask) => NextTurn {
  const { controls, now, registration } = known;
  const loops = new Map(known.loops.map((loop) => [loop.loop, loop]));
  const lastStarts = new Map(known.tasks.map(({ task, last }) => [task, Date.parse(last.startedAt)]));
  const tasks = Map.groupBy(registration?.tasks ?? [], ({ loop }) => loop);
  const isPaused = (key: string) => controls.tasks[key]?.pause !== undefined;

  /** The oldest request comes first. */
  function requestedIn(loop: string): readonly string[] {
    return (tasks.get(loop) ?? [])
      .flatMap((task) => {
        const request = controls.tasks[taskKey(task)]?.runNow;
        return request === undefined ? [] : [{ key: taskKey(task), at: request.at }];
      })
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
      .map(({ key }) => key);
  }

  /** What is left of the iteration that goes on, in its order. */
  function queueOf(loop: string, record: HeldLoop | undefined): readonly string[] {
    const requested = requestedIn(loop);
    if (record === undefined || record.nextAt !== undefined) return requested;
    const pending = record.turns.filter(({ state }) => state === "PENDING").map(({ task }) => task);
    const retried = record.retry === undefined ? [] : [record.retry.task];
    return [...new Set([...requested, ...[...retried, ...pending].filter((key) => !isPaused(key))])];
  }
  const queues = new Map([...tasks.keys()].map((loop) => [loop, queueOf(loop, loops.get(loop))]));

  const dueAt = (task: LoopTask) =>
    nextDue(task, lastStarts.get(taskKey(task)) ?? loops.get(task.loop)?.knownSince?.[taskKey(task)], now);

  /** How many rounds of the metadata loop its organisation's other tasks come before it, with its own. */
  function rounds(task: LoopTask): number {
    if (task.loop !== METADATA_LOOP) return 1;
    const started = (one: LoopTask) => lastStarts.get(taskKey(one)) ?? Number.NEGATIVE_INFINITY;
    const before = (tasks.get(METADATA_LOOP) ?? []).filter(
      (other) =>
        other.codops === task.codops &&
        started(other) < started(task) &&
        !isPaused(taskKey(other)) &&
        dueAt(other) <= now,
    );
    return before.length + 1;
  }

  function afterIteration(task: LoopTask, record: HeldLoop | undefined): NextTurn {
    const due = dueAt(task);
    if (due === Number.POSITIVE_INFINITY) return { when: "never", reason: "schedule" };
    if (due > now) return { when: "at", at: isoTime(due), reason: "schedule" };
    const iterations = rounds(task);
    if (record?.nextAt === undefined || iterations > 1) return { when: "iteration", iterations };
    return { when: "at", at: isoTime(Math.max(now, record.nextAt)), reason: "iteration" };
  }

  return (task) => {
    const key = taskKey(task);
    const record = loops.get(task.loop);
    if (registration && versionOf(task, registration, controls) === undefined)
      return { when: "never", reason: "broken" };
    if (controls.loops[task.loop]?.pause !== undefined) return { when: "never", reason: "paused" };
    const { retry } = record ?? {};
    if (retry?.task === key && retry.at > now && !isPaused(key))
      return { when: "at", at: isoTime(retry.at), reason: "retry" };
    const position = (queues.get(task.loop) ?? []).indexOf(key) + 1;
    if (position > 0) return { when: "position", position };
    return isPaused(key) ? { when: "never", reason: "paused" } : afterIteration(task, record);
  };
}
