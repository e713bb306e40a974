/** Map (inline): runs its processor once an item; the result is the array of the outputs in the items' order. */
import type { Json } from "../../json.ts";
import { runBranches } from "../branches.ts";
import { effectiveInput, outputOf, readNumber } from "../data-flow.ts";
import { EvaluationError } from "../errors.ts";
import { MAX_INLINE_CONCURRENCY, withinLimit } from "../limits.ts";
import type { MapState } from "../model.ts";
import { readPath } from "../paths.ts";
import { type Outcome, runAttempts } from "../retry.ts";
import { dataFor, record, recordIn, type Visit } from "../visit.ts";

export function runMap(visit: Visit, state: MapState): Promise<Outcome> {
  const { engine, name } = visit;
  return runAttempts(visit, state, async (attempt) => {
    // Here Parameters is the item selector, so that only InputPath shapes the state's own input.
    const input = effectiveInput(visit, { inputPath: state.inputPath, outputPath: null }, attempt);
    const items = itemsOf(visit, state, input, attempt);
    record(visit, "MapStateStarted", { attempt, length: items.length });
    const results = await runBranches(visit, attempt, {
      items,
      concurrency: concurrencyOf(visit, state, input, attempt),
      failedType: "MapStateFailed",
      itemOf: (value, index) => ({ index, value }),
      startedBefore: (path) => engine.memory.recall("MapIterationStarted", path) !== undefined,
      run(_item, scope, index) {
        recordIn(engine, scope, scope.path, "MapIterationStarted", { name, index });
        const itemInput = selectInput({ ...visit, scope }, state, input, attempt);
        return engine.runSequence(engine, state.processor, itemInput, scope);
      },
      ended: (scope, index, end) => recordIn(engine, scope, scope.path, `MapIteration${end}`, { name, index }),
    });
    record(visit, "MapStateSucceeded", { attempt });
    return outputOf(visit, state, results, attempt);
  });
}

function itemsOf(visit: Visit, { itemsPath }: MapState, input: Json, attempt: number): readonly Json[] {
  const items = readPath(itemsPath, dataFor(visit, input, attempt, "ItemsPath"));
  if (!Array.isArray(items)) throw new EvaluationError(`ItemsPath '${itemsPath.text}' does not lead to an array.`);
  return items;
}

function concurrencyOf(visit: Visit, { maxConcurrency }: MapState, input: Json, attempt: number): number {
  const data = dataFor(visit, input, attempt, "MaxConcurrency");
  const wanted = readNumber(maxConcurrency, data, "MaxConcurrencyPath", 0);
  return wanted === 0 ? MAX_INLINE_CONCURRENCY : Math.min(wanted, MAX_INLINE_CONCURRENCY);
}

/** The item itself, or what the item selector makes of the state's input and `$$.Map.Item`. */
function selectInput(visit: Visit, { parameters }: MapState, input: Json, attempt: number): Json {
  const { item } = visit.scope;
  if (parameters === undefined) return item?.value ?? null;
  const data = dataFor(visit, input, attempt, `ItemSelector ${item?.index}`);
  return withinLimit(parameters(data), "The input of the iteration");
}
