/** The one step that is looked at, in every tab: it stands in the URL, as its path or as the name of a state that was not reached. */
import type { Step } from "../../../../src/api/shapes/executions.ts";

export interface Selection {
  readonly step: Step | undefined;
  /** The state's name, also of one that was not reached. */
  readonly state: string | undefined;
  /** All stays in the state, in their order. */
  readonly stays: readonly Step[];
}

/** `text` as the URL has it: paths begin with a slash. */
export function selectionOf(steps: readonly Step[], text: string | null): Selection {
  if (text === null || text === "") return { step: undefined, state: undefined, stays: [] };
  if (!text.startsWith("/")) return { step: undefined, state: text, stays: [] };
  const step = steps.find(({ path }) => path === text);
  if (step === undefined) return { step: undefined, state: undefined, stays: [] };
  return { step, state: step.state, stays: steps.filter(({ state }) => state === step.state) };
}
