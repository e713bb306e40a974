/** What a loop does next, from what is known of it. */
import type { Controls, Request } from "../controls.ts";
import type { Trigger } from "../loop-execution.ts";
import type { LoopRecord } from "../loop-record.ts";
import { type LoopTask, taskKey } from "../loop-task.ts";
import type { Registration } from "../registration.ts";
import { tasksOf, versionOf } from "./loop-tasks.ts";
import { LONGEST_PAUSE_MS, LONGEST_RETRY_DELAY_MS } from "./pause.ts";

export interface TurnInput {
  /** Of a loop in which nothing runs. */
  readonly record: LoopRecord;
  /** The one that the iteration works with; undefined before the first, and where it is gone. */
  readonly registration: Registration | undefined;
  readonly controls: Controls;
  readonly now: number;
  /** Iterations begin no closer to each other. */
  readonly minimumMs?: number | undefined;
  /** Something has happened that ends the pause between two iterations. */
  readonly early?: boolean | undefined;
  /** The iteration does not go on: it works with something else than what is registered now. */
  readonly stale?: boolean | undefined;
}

export type Decision =
  | (TurnToRun & { readonly decision: "run" })
  | { readonly decision: "wait"; readonly until: number; readonly reason: WaitReason; readonly pause?: Request }
  /** Every turn was had. */
  | { readonly decision: "end-iteration" }
  /** The next one begins, with the newest registration. */
  | { readonly decision: "begin-iteration" };

export interface TurnToRun {
  readonly task: LoopTask;
  readonly attempt: number;
  readonly trigger: Trigger;
  /** The request that it answers. */
  readonly request?: string | undefined;
}

/** `paused`: by an operator. `retry`: a failed task is tried again. `iteration`: until the next one. `schedule`: no task is due. */
export type WaitReason = "paused" | "retry" | "iteration" | "schedule";

export function decideTurn(input: TurnInput): Decision {
  const { record, registration, controls, now, minimumMs = 0, early = false, stale = false } = input;
  const pause = controls.loops[record.loop]?.pause;
  if (pause !== undefined) return { decision: "wait", until: now + LONGEST_PAUSE_MS, reason: "paused", pause };
  if (registration === undefined || stale) return { decision: "begin-iteration" };
  const tasks = runnable(registration, input);
  const requested = requestedTurn(tasks, controls);
  if (record.nextAt === undefined) return requested ?? nextTurn(tasks, input) ?? { decision: "end-iteration" };
  if (!isAhead(record.nextAt, now, Math.max(minimumMs, LONGEST_PAUSE_MS)) || early || requested !== undefined)
    return { decision: "begin-iteration" };
  return { decision: "wait", until: record.nextAt, reason: "iteration" };
}

/** What is further ahead than anything ever is was written before the clock was set back. */
function isAhead(at: number, now: number, most: number): boolean {
  return at > now && at - now <= most;
}

type Tasks = ReadonlyMap<string, LoopTask>;

function runnable(registration: Registration, { record, controls }: TurnInput): Tasks {
  const tasks = tasksOf(registration, record.loop).filter((task) => versionOf(task, registration, controls));
  return new Map(tasks.map((task) => [taskKey(task), task]));
}

/** The oldest request comes first. It also runs a task that is paused or not due. */
function requestedTurn(tasks: Tasks, controls: Controls): Decision | undefined {
  const [first] = [...tasks.values()]
    .flatMap((task) => {
      const request = controls.tasks[taskKey(task)]?.runNow;
      return request === undefined ? [] : [{ task, request }];
    })
    .sort((a, b) => (a.request.at < b.request.at ? -1 : a.request.at > b.request.at ? 1 : 0));
  return first && { decision: "run", task: first.task, attempt: 1, trigger: "run-now", request: first.request.id };
}

/** A task that is paused keeps its turn for as long as the iteration goes on. */
function nextTurn(tasks: Tasks, { record, controls, now }: TurnInput): Decision | undefined {
  const awake = (key: string): LoopTask | undefined =>
    controls.tasks[key]?.pause === undefined ? tasks.get(key) : undefined;
  const again = record.retry && awake(record.retry.task);
  if (record.retry && again) {
    const { at, attempt } = record.retry;
    if (isAhead(at, now, LONGEST_RETRY_DELAY_MS)) return { decision: "wait", until: at, reason: "retry" };
    return { decision: "run", task: again, attempt, trigger: "retry" };
  }
  const task = record.turns
    .filter((turn) => turn.state === "PENDING" && turn.task !== record.retry?.task)
    .map((turn) => awake(turn.task))
    .find((found) => found !== undefined);
  return task && { decision: "run", task, attempt: 1, trigger: "turn" };
}
