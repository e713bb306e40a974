/** Which states an execution is in, from the events of its history. */
import type { HistoryEvent } from "../../executions/executions.ts";

export interface LiveState {
  /** The state's name. */
  readonly state: string;
  readonly path: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** ISO 8601: when the state was entered. */
  readonly since: string;
}

/** By path, in the order in which the states were entered: the innermost comes last. */
export type LiveStates = Map<string, LiveState>;

export function applyEvents(live: LiveStates, events: readonly HistoryEvent[]): LiveStates {
  for (const event of events) applyEvent(live, event);
  return live;
}

function applyEvent(live: LiveStates, { type, path, at, details }: HistoryEvent): void {
  if (type.endsWith("StateEntered")) {
    live.set(path, { state: String(details.name), path, attempt: 1, since: at });
    return;
  }
  if (type.endsWith("StateExited") || type.endsWith("StateAborted")) {
    live.delete(path);
    forgetInner(live, path);
    return;
  }
  // A Parallel or Map that starts again begins all of its branches anew.
  if (type === "ParallelStateStarted" || type === "MapStateStarted") forgetInner(live, path);
  // A branch that was aborted with another is entered once only, also when it goes on after a redrive.
  if (type === "TaskScheduled" && !live.has(path)) {
    live.set(path, { state: String(details.name), path, attempt: 1, since: at });
  }
  const state = live.get(path);
  if (state && typeof details.attempt === "number") live.set(path, { ...state, attempt: details.attempt });
}

function forgetInner(live: LiveStates, path: string): void {
  for (const inner of live.keys()) if (inner.startsWith(`${path}/`)) live.delete(inner);
}
