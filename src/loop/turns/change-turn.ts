/** What a loop's record becomes when a turn's execution begins and when it ends. */
import { STOPPED } from "../execute.ts";
import type { ExecutionEnd, LoopExecution } from "../loop-execution.ts";
import type { LoopRecord, Turn } from "../loop-record.ts";
import { METADATA_LOOP, taskKey } from "../loop-task.ts";
import { LONGEST_RETRY_DELAY_MS, nextIterationAt } from "./pause.ts";

/** Its turn is the next, wherever it was in the iteration and whether or not it had one. */
export function beginTurn(record: LoopRecord, execution: LoopExecution, fence: number): LoopRecord {
  const task = taskKey(execution.task);
  const others = record.turns.filter((turn) => turn.task !== task);
  const waiting = others.findIndex(({ state }) => state === "PENDING");
  const place = waiting === -1 ? others.length : waiting;
  return {
    ...record,
    turns: others.toSpliced(place, 0, { task, state: "RUNNING", execution: execution.id }),
    running: execution.id,
    runningFence: fence,
    retry: record.retry?.task === task ? undefined : record.retry,
  };
}

/** `now`: milliseconds since 1970. Without an end nobody knows of it any more, and its turn was had. */
export function endTurn(
  record: LoopRecord,
  ended: { readonly execution: LoopExecution; readonly end: ExecutionEnd } | undefined,
  now: number,
): LoopRecord {
  const idle: LoopRecord = { ...record, running: undefined, runningFence: undefined };
  if (ended === undefined) return withTurn(idle, record.running, "FINISHED");
  const { execution, end } = ended;
  const task = taskKey(execution.task);
  if (wasStopped(end)) {
    const retry = execution.attempt > 1 ? { task, attempt: execution.attempt, at: now } : record.retry;
    return withTurn({ ...idle, retry }, execution.id, "PENDING");
  }
  if (triesAgain(execution, end)) {
    const delayMs = Math.min(execution.task.settings.retry.delaySeconds * 1000, LONGEST_RETRY_DELAY_MS);
    const retry = { task, attempt: execution.attempt + 1, at: now + delayMs };
    return withTurn({ ...idle, retry }, execution.id, "PENDING");
  }
  const fruitless = end.outcome === "SUCCEEDED" ? 0 : record.fruitless;
  return withTurn({ ...idle, fruitless }, execution.id, "FINISHED");
}

function withTurn(record: LoopRecord, execution: string | undefined, state: Turn["state"]): LoopRecord {
  return {
    ...record,
    turns: record.turns.map((turn) =>
      turn.state === "RUNNING" && turn.execution === execution ? { ...turn, state } : turn,
    ),
  };
}

/** It ended with its loop, which is not its fault: its turn comes again. */
function wasStopped({ outcome, error }: ExecutionEnd): boolean {
  return outcome === "CANCELLED" && error?.name === STOPPED;
}

/**
 * Only what failed: a task that has used up its time would take as long again, and one that somebody cancelled or asked for
 * is looked at by that person. Not in the loop that all share, where others would wait for it: its next round comes soon.
 */
function triesAgain({ loop, attempt, trigger, task }: LoopExecution, { outcome }: ExecutionEnd): boolean {
  if (loop === METADATA_LOOP) return false;
  if (outcome !== "FAILED" || trigger === "run-now") return false;
  return attempt <= task.settings.retry.attempts;
}

export function endIteration(record: LoopRecord, minimumMs: number, now: number): LoopRecord {
  return { ...record, retry: undefined, nextAt: nextIterationAt(record, minimumMs, now) };
}
