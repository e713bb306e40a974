/**
 * Why a Batch job failed. Batch knows its exit code alone; what the task itself threw is raised after it by post-batch, in
 * the same branch.
 */
import type { Step, StepError } from "../../executions/steps-of-history.ts";

/** What the task of a step threw; undefined where nothing says more than the step itself. */
export function jobErrorOf(step: Step, steps: readonly Step[]): StepError | undefined {
  const last = step.tries.at(-1);
  if (last?.status !== "failed" || !step.resource?.includes(":batch:")) return undefined;
  const scope = scopeOf(step);
  const after = steps.find((one) => one.events[0] > step.events[0] && scopeOf(one) === scope && isPostBatch(one));
  return after?.tries.at(-1)?.error;
}

function scopeOf({ path }: Step): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function isPostBatch({ state, resource }: Step): boolean {
  return state === "post-batch" || /[-:]post-batch(?::[\w$-]+)?$/.test(resource ?? "");
}
