/** Parallel: every branch gets the same input; the result is the array of their outputs. */
import { runBranches } from "../branches.ts";
import { effectiveInput, outputOf } from "../data-flow.ts";
import type { ParallelState } from "../model.ts";
import { type Outcome, runAttempts } from "../retry.ts";
import { record, type Visit } from "../visit.ts";

export function runParallel(visit: Visit, state: ParallelState): Promise<Outcome> {
  const { engine, scope, path } = visit;
  return runAttempts(visit, state, async (attempt) => {
    const input = effectiveInput(visit, state, attempt);
    const resumed = engine.memory.recall("ParallelStateStarted", path, attempt) !== undefined;
    record(visit, "ParallelStateStarted", { attempt });
    const results = await runBranches(visit, attempt, {
      items: state.branches,
      concurrency: state.branches.length,
      failedType: "ParallelStateFailed",
      itemOf: () => scope.item,
      run: (branch, inner) => engine.runSequence(engine, branch, input, inner),
      ended: () => undefined,
      startedBefore: () => resumed,
    });
    record(visit, "ParallelStateSucceeded", { attempt });
    return outputOf(visit, state, results, attempt);
  });
}
