/** Tries of a task as points of a duration graph. */
import type { TaskTryView } from "../../../../src/api/shapes/workflows.ts";
import { markOf, type ScatterPoint } from "../../charts/scatter-points.ts";
import { href } from "../../routes.ts";

/** Tells a try from every other. */
export function tryKey({ workflow, execution, path, attempt }: TaskTryView): string {
  return `${workflow}/${execution} ${path} ${attempt}`;
}

export function executionOf({ workflow, execution, path }: TaskTryView): string {
  return href.execution(workflow, execution, { step: path });
}

export function pointOf(one: TaskTryView): ScatterPoint {
  const { workflow, execution, payloadId, step, attempt, startedAt, durationMs, status, error } = one;
  return {
    key: tryKey(one),
    startedAt: Date.parse(startedAt),
    durationMs,
    mark: markOf(status),
    title: `${step} of ${payloadId ?? execution}`,
    href: executionOf(one),
    facts: [
      ["workflow", workflow],
      ...(attempt > 1 ? [["try", String(attempt)] as const] : []),
      ...(error === undefined ? [] : [["error", error.error] as const]),
    ],
  };
}

export const WINDOWS = [
  { value: "1h", text: "1 hour" },
  { value: "24h", text: "24 hours" },
  { value: "7d", text: "7 days" },
  { value: "30d", text: "30 days" },
] as const;
export type Window = (typeof WINDOWS)[number]["value"];

/** A day where the address says nothing, or nothing that can be chosen. */
export function windowOf(text: string | null): Window {
  return WINDOWS.find(({ value }) => value === text)?.value ?? "24h";
}
