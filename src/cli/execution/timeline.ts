/** An execution's history as a timeline: one line a stay in a state and one a try of a task, in the order they began. */
import { errorOfExecution } from "../../events/execution-error.ts";
import { stepOf } from "../../executions/execution-logs.ts";
import type { HistoryEvent } from "../../executions/executions.ts";

export interface TimelineEntry {
  /** The event that began it. */
  readonly id: number;
  /** With the branches and iterations that it is in; empty for the execution itself. */
  readonly state: string;
  readonly type: string;
  /** ISO 8601 */
  readonly at: string;
  /** Milliseconds; absent while it goes on, and for what takes no time. */
  readonly duration?: number;
  readonly attempt?: number;
  readonly result: "succeeded" | "failed" | "timed out" | "aborted" | "caught" | "running" | "";
  readonly error?: string;
}

type Open = { -readonly [Key in keyof TimelineEntry]: TimelineEntry[Key] };

export function timelineOf(history: readonly HistoryEvent[]): readonly TimelineEntry[] {
  const entries: Open[] = [];
  const states = new Map<string, Open>();
  const tries = new Map<string, Open>();
  for (const event of history) {
    const { id, type, at, path, details } = event;
    const state = stepOf(path);
    if (type.startsWith("Execution")) {
      if (isEndOfExecution(type)) endOpen([...tries.values(), ...states.values()], at);
      entries.push({
        id,
        state: "",
        type: type.replace("Execution", "execution "),
        at,
        result: "",
        ...errorOf(details),
      });
      continue;
    }
    const [, kind = ""] = /^(\w+)StateEntered$/.exec(type) ?? [];
    if (kind !== "") {
      const entry: Open = { id, state, type: kind, at, result: "running" };
      states.set(path, entry);
      entries.push(entry);
    } else if (/^(Task|LambdaFunction|Activity)Scheduled$/.test(type)) {
      const entry: Open = { id, state, type: "try", at, attempt: attemptOf(event, path, tries), result: "running" };
      tries.set(path, entry);
      entries.push(entry);
    } else {
      const entry = states.get(path);
      const ended = outcomeOf(type);
      const open = isOfTry(type) ? tries.get(path) : entry;
      if (ended !== undefined && open?.result === "running")
        Object.assign(open, { result: ended, duration: since(open, at), ...errorOf(details) });
      // A state whose last try failed and that was left all the same had a catcher.
      if (
        type.endsWith("StateExited") &&
        entry &&
        tries.get(path)?.error !== undefined &&
        tries.get(path)?.result !== "succeeded"
      )
        entry.result = "caught";
    }
  }
  return entries;
}

/** What was under way when the execution ended ended with it: no event says so of each. */
function endOpen(open: readonly Open[], at: string): void {
  for (const entry of open) {
    if (entry.result === "running") Object.assign(entry, { result: "failed", duration: since(entry, at) });
  }
}

function isEndOfExecution(type: string): boolean {
  return /^Execution(Succeeded|Failed|TimedOut|Aborted)$/.test(type);
}

function isOfTry(type: string): boolean {
  return /^(Task|LambdaFunction|Activity)(Succeeded|Failed|TimedOut|StartFailed|SubmitFailed|ScheduleFailed)$/.test(
    type,
  );
}

function outcomeOf(type: string): TimelineEntry["result"] | undefined {
  if (type.endsWith("StateExited") || /^(Task|LambdaFunction|Activity)Succeeded$/.test(type)) return "succeeded";
  if (type.endsWith("StateAborted")) return "aborted";
  if (type.endsWith("TimedOut")) return "timed out";
  return type.endsWith("Failed") && isOfTry(type) ? "failed" : undefined;
}

function attemptOf({ details }: HistoryEvent, path: string, tries: ReadonlyMap<string, Open>): number {
  return typeof details.attempt === "number" ? details.attempt : (tries.get(path)?.attempt ?? 0) + 1;
}

/** In one line, as the payload's record would say it: causes are JSON within JSON. */
function errorOf({ error, cause }: HistoryEvent["details"]): { readonly error?: string } {
  if (typeof error !== "string" || error === "") return {};
  const told = errorOfExecution({ status: "FAILED", error, cause: typeof cause === "string" ? cause : undefined });
  return { error: `${told.error}: ${told.cause}` };
}

function since({ at }: Open, end: string): number {
  return Math.max(0, Date.parse(end) - Date.parse(at));
}
