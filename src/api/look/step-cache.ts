/** Steps of executions that have ended, kept for the next who asks: those asked for longest ago make room. */
import type { Step } from "../../executions/steps-of-history.ts";
import { cutText } from "../../payload/cut.ts";

/** About 20 MB. */
const MOST_STEPS = 20_000;
/** Of a cause, which may have 32 KiB. */
const MOST_OF_CAUSE = 2_000;

export function makeStepCache(most = MOST_STEPS) {
  const kept = new Map<string, readonly Step[]>();
  let count = 0;

  return {
    get(name: string): readonly Step[] | undefined {
      const steps = kept.get(name);
      if (steps === undefined) return undefined;
      kept.delete(name);
      kept.set(name, steps);
      return steps;
    },
    keep(name: string, steps: readonly Step[]): void {
      if (steps.length > most / 2 || kept.has(name)) return;
      kept.set(name, steps.map(lighter));
      count += steps.length;
      for (const [oldest, its] of kept) {
        if (count <= most) return;
        kept.delete(oldest);
        count -= its.length;
      }
    },
  };
}

function lighter(step: Step): Step {
  return { ...step, ...cut(step), tries: step.tries.map((one) => ({ ...one, ...cut(one) })) };
}

function cut({ error }: Pick<Step, "error">): Pick<Step, "error"> {
  if (error?.cause === undefined || error.cause.length <= MOST_OF_CAUSE) return {};
  return { error: { error: error.error, cause: cutText(error.cause, MOST_OF_CAUSE) } };
}
