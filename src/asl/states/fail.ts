/** Fail: ends the sequence with an error. */
import { EvaluationError, StatesError } from "../errors.ts";
import type { Expression } from "../expressions.ts";
import { clipCause, clipError } from "../limits.ts";
import type { FailState } from "../model.ts";
import { dataFor, type Visit } from "../visit.ts";

export function runFail(visit: Visit, state: FailState): never {
  const read = (expression: Expression | undefined, field: string): string => {
    if (expression === undefined) return "";
    const value = expression(dataFor(visit, visit.input, 1, field));
    if (typeof value === "string") return value;
    throw new EvaluationError(`The ${field} is not a string.`);
  };
  const error = clipError(read(state.error, "Error"));
  throw new StatesError(error, clipCause(read(state.cause, "Cause")));
}
