/** Pass: hands its input on, shaped, or a fixed result. */

import { effectiveInput, outputOf } from "../data-flow.ts";
import type { PassState } from "../model.ts";
import type { Outcome } from "../retry.ts";
import type { Visit } from "../visit.ts";

export function runPass(visit: Visit, state: PassState): Outcome {
  const input = effectiveInput(visit, state);
  return { output: outputOf(visit, state, state.result === undefined ? input : state.result), next: state.next };
}
