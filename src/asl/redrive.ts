/**
 * What a run remembers of its history, and what a redrive makes it forget: the failures that it is to get over. A state
 * is redriven where its history has an entry without an exit, which is Step Functions' own rule.
 */
import type { HistoryEvent } from "../executions/executions.ts";

export interface Recollection {
  /** By {@link keyOf}; of two events at one place the later one. */
  readonly events: ReadonlyMap<string, HistoryEvent>;
  /** By path: the attempts after which a redrive came, in their order. */
  readonly redriven: ReadonlyMap<string, readonly number[]>;
}

export function recollect(history: readonly HistoryEvent[]): Recollection {
  const events = new Map<string, HistoryEvent>();
  const redriven = new Map<string, readonly number[]>();
  for (const event of history) {
    if (event.type !== "ExecutionRedriven") events.set(keyOf(event.type, event.path, event.details.attempt), event);
    else forgetFailures(events, redriven);
  }
  return { events, redriven };
}

export function keyOf(type: string, path: string, attempt: unknown): string {
  return `${type} ${path} ${attempt ?? ""}`;
}

function forgetFailures(events: Map<string, HistoryEvent>, redriven: Map<string, readonly number[]>): void {
  const { open, attempts } = openStates(events.values());
  for (const [key, { type, path, details }] of events) {
    const isOver = !open.has(path) || details.attempt !== attempts.get(path);
    if (type.endsWith("StateAborted") || /^MapIteration(Failed|Aborted)$/.test(type)) events.delete(key);
    // The branches of the last attempt go on: each from where it failed, those that succeeded with what they came to.
    else if (/^(Parallel|Map)StateFailed$/.test(type) && !isOver) events.delete(key);
    // A task is tried once more. So are all branches where they succeeded and their results could not be used.
    else if (isLastOfAttempt(type) && !isOver) {
      const attempt = attempts.get(path) ?? 0;
      redriven.set(path, [...(redriven.get(path) ?? []).filter((one) => one !== attempt), attempt]);
    }
  }
}

function isLastOfAttempt(type: string): boolean {
  return type === "TaskScheduled" || /^(Parallel|Map)StateSucceeded$/.test(type);
}

/** The paths of states that were entered and not left, and of every path the number of its last attempt. */
function openStates(events: Iterable<HistoryEvent>) {
  const open = new Set<string>();
  const attempts = new Map<string, number>();
  for (const { type, path, details } of events) {
    if (type.endsWith("StateEntered")) open.add(path);
    else if (type.endsWith("StateExited")) open.delete(path);
    if (typeof details.attempt === "number") attempts.set(path, Math.max(details.attempt, attempts.get(path) ?? 0));
  }
  return { open, attempts };
}
