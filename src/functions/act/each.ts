/** Several targets at a time, each with an outcome of its own: one that goes wrong holds nobody back. */
import type { Clock } from "../../clock.ts";
import { describeError, TransientError } from "../../errors.ts";
import { failed, type Result, type Target } from "./progress.ts";

const AT_A_TIME = 8;
const TRIES = 3;
const FIRST_WAIT_MS = 200;

/** In the order of the targets. */
export async function each(
  targets: readonly Target[],
  clock: Clock,
  work: (target: Target, index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const rest = targets.entries();
  async function take(): Promise<void> {
    for (const [index, target] of rest) results[index] = await outcomeOf(target, () => work(target, index), clock);
  }
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, targets.length) }, take));
  return results;
}

async function outcomeOf(target: Target, work: () => Promise<Result>, clock: Clock): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof TransientError) || tries === TRIES) return failed(target.id, describeError(thrown).cause);
      await clock.sleep(FIRST_WAIT_MS * 2 ** (tries - 1));
    }
  }
}
