/** Runs the branches of a Parallel or the iterations of a Map side by side, and stops the others when one fails. */
import type { Json } from "../json.ts";
import { makeAbortScope } from "./abort.ts";
import { SiblingFailed, StatesError } from "./errors.ts";
import { makeScope, record, type Scope, type Visit } from "./visit.ts";

export interface Branches<Item> {
  /** One for each branch or iteration. */
  readonly items: readonly Item[];
  /** How many run at once. */
  readonly concurrency: number;
  /** The journalled type of the whole attempt's failure. */
  readonly failedType: "ParallelStateFailed" | "MapStateFailed";
  itemOf(item: Item, index: number): Scope["item"];
  run(item: Item, scope: Scope, index: number): Promise<Json>;
  ended(scope: Scope, index: number, end: "Succeeded" | "Failed" | "Aborted"): void;
  /** Whether an earlier process started this one: it is replayed even after a failure, so that the same failure is found. */
  startedBefore(path: string): boolean;
}

/** The results in order. An attempt that failed before fails the same way again without running anything. */
export async function runBranches<Item>(
  visit: Visit,
  attempt: number,
  branches: Branches<Item>,
): Promise<readonly Json[]> {
  const before = visit.engine.memory.recall(branches.failedType, visit.path, attempt);
  if (before !== undefined) {
    record(visit, before.type, before.details);
    throw new StatesError(String(before.details.error), String(before.details.cause));
  }
  try {
    return await runTogether(visit, attempt, branches);
  } catch (thrown) {
    if (thrown instanceof StatesError) {
      record(visit, branches.failedType, { attempt, error: thrown.error, cause: thrown.errorCause });
    }
    throw thrown;
  }
}

/** Rejects with the failure that was journalled first, after every branch has stopped. */
async function runTogether<Item>({ engine, scope, path }: Visit, attempt: number, branches: Branches<Item>) {
  const { signal, abort, release } = makeAbortScope(scope.signal);
  const base = attempt === 1 ? path : `${path}~${attempt}`;
  const queue = branches.items.entries();
  const results: Json[] = branches.items.map(() => null);
  const failures: { readonly order: number; readonly failure: StatesError }[] = [];
  const faults: unknown[] = [];
  let done = 0;

  async function runOne(item: Item, index: number): Promise<void> {
    const inner = makeScope(`${base}/${index}`, signal, scope.last, branches.itemOf(item, index));
    try {
      results[index] = await branches.run(item, inner, index);
      done += 1;
      branches.ended(inner, index, "Succeeded");
    } catch (thrown) {
      if (thrown instanceof StatesError) {
        failures.push({ order: inner.last.order, failure: thrown });
        branches.ended(inner, index, "Failed");
        abort(new SiblingFailed());
      } else if (thrown instanceof SiblingFailed) {
        branches.ended(inner, index, "Aborted");
      } else {
        // The run was stopped, or something is broken that no state can answer for: the others end without a word.
        faults.push(thrown);
        abort(thrown);
      }
    }
  }

  async function work(): Promise<void> {
    for (const [index, item] of queue) {
      if (!signal.aborted || branches.startedBefore(`${base}/${index}`)) await runOne(item, index);
    }
    // What this one did must not wait for the slowest: others may run for hours.
    if (done < results.length && !signal.aborted)
      await engine.memory.flush().catch((fault: unknown) => faults.push(fault));
  }

  await Promise.all(Array.from({ length: Math.min(branches.concurrency, results.length) }, work));
  release();
  if (faults.length > 0) throw faults[0];
  const first = failures.toSorted((a, b) => a.order - b.order)[0];
  if (first !== undefined) throw first.failure;
  if (done < results.length) throw scope.signal.reason;
  return results;
}
