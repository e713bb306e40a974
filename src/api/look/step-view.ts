/** A step as the API shows it. */
import { errorOfExecution } from "../../events/execution-error.ts";
import type { Step, StepError } from "../../executions/steps-of-history.ts";
import { cutText } from "../../payload/cut.ts";
import type * as shapes from "../shapes/executions.ts";

/** Of a cause, in a list of steps; the whole of it is among what the state got and made. */
const MOST_OF_CAUSE = 1_000;

export function stepView(step: Step, task: string | undefined, now: number): shapes.Step {
  const { path, label, state, type, status, enteredAt, exitedAt, tries, events } = step;
  const end = exitedAt === undefined ? now : Date.parse(exitedAt);
  return {
    path,
    label,
    state,
    type,
    ...(task !== undefined && { task }),
    status,
    enteredAt,
    ...(exitedAt !== undefined && { exitedAt }),
    durationMs: Math.max(0, end - Date.parse(enteredAt)),
    tries: tries.map(tryView),
    ...shortError(step.error),
    events: [events[0], events[1]],
  };
}

function tryView({ attempt, scheduledAt, startedAt, endedAt, status, error }: Step["tries"][number]): shapes.StepTry {
  return {
    attempt,
    scheduledAt,
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    status,
    ...shortError(error),
  };
}

/** In words, as a payload's record would say it: causes are JSON within JSON. */
export function shortError(given: StepError | undefined, most = MOST_OF_CAUSE): Pick<shapes.Step, "error"> {
  if (given === undefined) return {};
  const { error, cause } = errorOfExecution({ status: "FAILED", ...given });
  return { error: { error, cause: cutText(cause, most) } };
}
