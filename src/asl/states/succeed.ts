/** Succeed: ends the sequence with its filtered input. */
import { effectiveInput, filteredOutput } from "../data-flow.ts";
import type { SucceedState } from "../model.ts";
import type { Outcome } from "../retry.ts";
import type { Visit } from "../visit.ts";

export function runSucceed(visit: Visit, state: SucceedState): Outcome {
  return { output: filteredOutput(visit, state, effectiveInput(visit, state)), next: undefined };
}
