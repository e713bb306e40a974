/** Choice: the first rule that holds says where to go. */
import { effectiveInput, filteredOutput } from "../data-flow.ts";
import { EvaluationError } from "../errors.ts";
import type { ChoiceState } from "../model.ts";
import type { Outcome } from "../retry.ts";
import { dataFor, type Visit } from "../visit.ts";

export function runChoice(visit: Visit, state: ChoiceState): Outcome {
  const input = effectiveInput(visit, state);
  const data = dataFor(visit, input, 1, "Choices");
  const next = state.choices.find(({ test }) => test(data))?.next ?? state.default;
  // Step Functions reports this as States.Runtime; States.NoChoiceMatched is kept for later.
  if (next === undefined) throw new EvaluationError("No choice rule holds for the input, and there is no Default.");
  return { output: filteredOutput(visit, state, input), next };
}
