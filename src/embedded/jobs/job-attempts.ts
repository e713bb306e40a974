/** What follows an attempt: Batch's rules for trying again. */
import type { ExitRule } from "../../executions/job-definition.ts";
import type { AttemptResult, JobRecord } from "./job-files.ts";

export type Next = "succeeded" | "failed" | "retry";

/** `attempt` counts from 1. A retry strategy in the submission replaces the definition's, rules included. */
export function nextAfter({ submit, definition }: JobRecord, attempt: number, result: AttemptResult): Next {
  if (result.succeeded) return "succeeded";
  const own = submit.RetryStrategy?.Attempts;
  if (result.final || attempt >= (own ?? definition.attempts)) return "failed";
  const rule = own === undefined ? definition.evaluateOnExit?.find((rule) => matches(rule, result)) : undefined;
  // Where no rule matches, the job is tried again.
  return rule?.action === "EXIT" ? "failed" : "retry";
}

function matches(rule: ExitRule, { Container, StatusReason }: AttemptResult): boolean {
  const conditions = [
    [rule.onExitCode, Container.ExitCode === undefined ? "" : String(Container.ExitCode)],
    [rule.onReason, Container.Reason ?? ""],
    [rule.onStatusReason, StatusReason],
  ] as const;
  return conditions.every(([pattern, value]) => {
    if (pattern === undefined) return true;
    return pattern.endsWith("*") ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
  });
}
