/** How many more workers a run is to be given: one rule for those who plan a pool and those who keep it going. */
import type { PoolPlan } from "./pool.ts";

/** Between the request for a worker and its first task: an instance boots and fetches the worker's image. An assumption. */
export const START_SECONDS = 120;

export interface WorkersNeeded {
  readonly more: number;
  /** What keeps it from being more: there is no more work, the pool is as large as it may be, or the money is short. */
  readonly heldBy: "work" | "pool" | "cost";
}

type Sizes = Pick<PoolPlan, "slotsPerWorker" | "maxWorkers">;

/**
 * `remaining`: entries that have not ended, running ones too. `running`: workers that run or start. `affordable`: how many
 * of them the money that is left is enough for. Never more workers than work, not in the tail either: nine entries on
 * workers of eight slots are two workers.
 */
export function workersNeeded(
  remaining: number,
  running: number,
  { slotsPerWorker, maxWorkers }: Sizes,
  affordable = Number.POSITIVE_INFINITY,
): WorkersNeeded {
  const byWork = Math.ceil(Math.max(0, remaining) / slotsPerWorker);
  const wanted = Math.min(byWork, maxWorkers, affordable);
  const heldBy = wanted === byWork ? "work" : wanted === maxWorkers ? "pool" : "cost";
  return { more: Math.max(0, wanted - running), heldBy };
}
