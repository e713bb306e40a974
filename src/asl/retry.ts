/** Retry and Catch: which failure is tried again, when, and where it leads in the end. */
import type { Json } from "../json.ts";
import { StatesError } from "./errors.ts";
import { withinLimit } from "./limits.ts";
import type { Guarded, Moving, Retrier } from "./model.ts";
import { placeAt } from "./paths.ts";
import { makeRandom } from "./random.ts";
import { asFailure, sleepUntil, type Visit } from "./visit.ts";

/** How a state ends that does not fail. */
export interface Outcome {
  readonly output: Json;
  /** Undefined where the sequence ends. */
  readonly next: string | undefined;
}

/** Runs attempts from number 1 on until one succeeds, no retrier is left, or a catcher takes over. */
export async function runAttempts(
  visit: Visit,
  state: Guarded & Moving,
  attempt: (number: number) => Promise<Json>,
): Promise<Outcome> {
  const used = new Map<Retrier, number>();
  for (let number = 1; ; number += 1) {
    try {
      return { output: await attempt(number), next: state.next };
    } catch (thrown) {
      const failure = asFailure(visit, thrown);
      if (!(failure instanceof StatesError)) throw failure;
      if (isRedriven(visit, number)) {
        used.clear();
        continue;
      }
      const retrier = state.retry.find(({ errorEquals }) => matches(errorEquals, failure.error, state));
      const retries = retrier === undefined ? 0 : (used.get(retrier) ?? 0);
      if (retrier === undefined || retries >= retrier.maxAttempts) return catchFailure(visit, state, failure);
      used.set(retrier, retries + 1);
      const failedAt = Date.parse(visit.scope.last.at);
      await sleepUntil(visit, failedAt + Math.round(delaySeconds(retrier, retries, visit, number) * 1000));
    }
  }
}

/** A redrive is one more try at once, with every retrier's count back at 0. */
export function isRedriven({ engine, path }: Visit, attempt: number): boolean {
  return engine.memory.redrivenBefore(path, attempt + 1) === attempt;
}

function delaySeconds(retrier: Retrier, retries: number, visit: Visit, attempt: number): number {
  const grown = retrier.intervalSeconds * retrier.backoffRate ** retries;
  const delay = Math.min(grown, retrier.maxDelaySeconds);
  if (!retrier.jitter) return delay;
  return delay * makeRandom(`${visit.engine.context.execution.id} ${visit.path} ${attempt} jitter`).unit();
}

function catchFailure(visit: Visit, state: Guarded, failure: StatesError): Outcome {
  const catcher = state.catch.find(({ errorEquals }) => matches(errorEquals, failure.error, state));
  if (catcher === undefined) throw failure;
  const errorOutput = { Error: failure.error, Cause: failure.errorCause };
  const output = catcher.resultPath === null ? visit.input : placeAt(visit.input, catcher.resultPath, errorOutput);
  return { output: withinLimit(output, "The output of the state"), next: catcher.next };
}

/**
 * "A States.Runtime error isn't retriable and always fails the execution"; States.DataLimitExceeded escapes the
 * wildcards and is found under its own name only.
 */
function matches(names: readonly string[], error: string, state: object): boolean {
  if (error === "States.Runtime") return false;
  return names.some((name) => {
    if (name === error) return true;
    if (error === "States.DataLimitExceeded") return false;
    if (name === "States.ALL") return true;
    if (name === "States.TaskFailed") return !TIMEOUTS.has(error);
    if (name === "States.Timeout") return TIMEOUTS.has(error);
    return name === "States.BranchFailed" && ("branches" in state || "processor" in state);
  });
}

/** A missed heartbeat is a timeout with a name of its own. */
const TIMEOUTS: ReadonlySet<string> = new Set(["States.Timeout", "States.HeartbeatTimeout"]);
