/** An execution's history as a timeline: one line a stay in a state and one a try of a task, in the order they began. */
import { errorOfExecution } from "../../events/execution-error.ts";
import type { HistoryEvent } from "../../executions/executions.ts";
import { type Step, type StepError, type StepStatus, stepsOf } from "../../executions/steps-of-history.ts";

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
  readonly result: StepStatus | "";
  readonly error?: string;
}

export function timelineOf(history: readonly HistoryEvent[]): readonly TimelineEntry[] {
  const ofExecution = history.flatMap((event) => (event.type.startsWith("Execution") ? [entryOf(event)] : []));
  const entries = [...ofExecution, ...stepsOf(history).flatMap(entriesOf)];
  return entries.toSorted((a, b) => a.id - b.id);
}

function entryOf({ id, type, at, details: { error, cause } }: HistoryEvent): TimelineEntry {
  const given = typeof error === "string" && error !== "";
  return {
    id,
    state: "",
    type: type.replace("Execution", "execution "),
    at,
    result: "",
    ...(given && inOneLine({ error, ...(typeof cause === "string" && { cause }) })),
  };
}

function entriesOf({ label: state, type, enteredAt: at, exitedAt, status, tries, events }: Step): TimelineEntry[] {
  return [
    { id: events[0], state, type, at, result: status, ...since(at, exitedAt) },
    ...tries.map(
      ({ event: id, attempt, scheduledAt, endedAt, status: result, error }): TimelineEntry => ({
        id,
        state,
        type: "try",
        at: scheduledAt,
        attempt,
        result,
        ...since(scheduledAt, endedAt),
        ...(error && inOneLine(error)),
      }),
    ),
  ];
}

/** As the payload's record would say it: causes are JSON within JSON. */
function inOneLine(given: StepError): { readonly error: string } {
  const { error, cause } = errorOfExecution({ status: "FAILED", ...given });
  return { error: `${error}: ${cause}` };
}

function since(at: string, end: string | undefined): { readonly duration?: number } {
  return end === undefined ? {} : { duration: Math.max(0, Date.parse(end) - Date.parse(at)) };
}
