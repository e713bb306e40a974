/** The order in which a state's fields shape its data: InputPath, Parameters, ResultSelector, ResultPath, OutputPath. */
import type { Json } from "../json.ts";
import { EvaluationError } from "./errors.ts";
import { withinLimit } from "./limits.ts";
import type { Filtered, NumberSource, Placing } from "./model.ts";
import { type Path, type PathData, placeAt, readPath } from "./paths.ts";
import type { Template } from "./templates.ts";
import { dataFor, type Visit } from "./visit.ts";

/** The input after InputPath and, where the state has them, Parameters. */
export function effectiveInput(
  visit: Visit,
  state: Filtered & { readonly parameters?: Template | undefined },
  attempt = 1,
): Json {
  const input = filtered(state.inputPath, dataFor(visit, visit.input, attempt, "InputPath"));
  if (state.parameters === undefined) return input;
  const made = state.parameters(dataFor(visit, input, attempt, "Parameters"));
  return withinLimit(made, "The input after Parameters");
}

/** The state's output: the result, placed into the raw input and filtered. */
export function outputOf(
  visit: Visit,
  state: Filtered & Placing & { readonly resultSelector?: Template | undefined },
  result: Json,
  attempt = 1,
): Json {
  const select = state.resultSelector;
  const selected = select === undefined ? result : select(dataFor(visit, result, attempt, "ResultSelector"));
  const placed = state.resultPath === null ? visit.input : placeAt(visit.input, state.resultPath, selected);
  return filteredOutput(visit, state, placed, attempt);
}

/** The output of a state that has no result of its own. */
export function filteredOutput(visit: Visit, state: Filtered, value: Json, attempt = 1): Json {
  const output = filtered(state.outputPath, dataFor(visit, value, attempt, "OutputPath"));
  return withinLimit(output, "The output of the state");
}

/** A whole number from `least` on, given as such or by path. */
export function readNumber(source: NumberSource, data: PathData, field: string, least: number): number {
  if (typeof source === "number") return source;
  const value = readPath(source, data);
  if (typeof value === "number" && Number.isInteger(value) && value >= least) return value;
  throw new EvaluationError(`${field} '${source.text}' is not a whole number from ${least} on.`);
}

function filtered(path: Path | null, data: PathData): Json {
  return path === null ? {} : readPath(path, data);
}
