/** Steps as the API tells them, for tests: seconds from a beginning. */
import type { Step, StepStatus, StepTry } from "../../../src/api/shapes/executions.ts";

export const BEGIN = Date.parse("2030-01-31T12:00:00.000Z");

export function at(seconds: number): string {
  return new Date(BEGIN + seconds * 1_000).toISOString();
}

export function makeStep(
  path: string,
  from: number,
  until: number | undefined,
  more: Partial<Step> & { readonly status?: StepStatus } = {},
): Step {
  const parts = path.split("/").slice(1);
  const name = (part: string) => part.replace(/#\d+$/, "");
  return {
    path,
    label: parts.map((part, index) => (index % 2 === 1 ? `[${part}].` : name(part))).join(""),
    state: name(parts.at(-1) ?? ""),
    type: "Task",
    status: until === undefined ? "running" : "succeeded",
    enteredAt: at(from),
    ...(until !== undefined && { exitedAt: at(until), durationMs: (until - from) * 1_000 }),
    tries: [],
    events: [1, 2],
    ...more,
  };
}

export function makeTry(
  attempt: number,
  scheduled: number,
  started: number | undefined,
  ended: number | undefined,
  status: StepStatus,
): StepTry {
  return {
    attempt,
    scheduledAt: at(scheduled),
    ...(started !== undefined && { startedAt: at(started) }),
    ...(ended !== undefined && { endedAt: at(ended) }),
    status,
  };
}
