/** How many more workers a run is to be given: one rule for those who plan a pool and those who keep it going. */
import type { PoolPlan } from "./pool.ts";

/** Between the request for a worker and its first task: an instance boots and fetches the worker's image. An assumption. */
export const START_SECONDS = 120;

export interface WorkersNeeded {
  readonly more: number;
  /** What keeps it from being more: there is no more work, the pool is as large as it may be, or the money is short. */
  readonly heldBy: "work" | "pool" | "cost";
}

type Sizes = Pick<PoolPlan, "slotsPerWorker" | "maxWorkers" | "workerPricePerHour" | "secondsPerTask">;

/**
 * `remaining`: entries that have not ended, running ones too. `running`: workers that run or start. `budgetLeft`: USD
 * that the run may still spend, undefined without a budget. Never more workers than work, not in the tail either: nine
 * entries on workers of eight slots are two workers.
 */
export function workersNeeded(remaining: number, running: number, plan: Sizes, budgetLeft?: number): WorkersNeeded {
  const byWork = Math.ceil(Math.max(0, remaining) / plan.slotsPerWorker);
  const byCost = budgetLeft === undefined ? Number.POSITIVE_INFINITY : affordable(budgetLeft, plan);
  const wanted = Math.min(byWork, plan.maxWorkers, byCost);
  const heldBy = wanted === byWork ? "work" : wanted === byCost ? "cost" : "pool";
  return { more: Math.max(0, wanted - running), heldBy };
}

/** A worker that could not end one task before the money is gone is not worth starting. */
function affordable(budgetLeft: number, { workerPricePerHour, secondsPerTask = 0 }: Sizes): number {
  const least = (workerPricePerHour * (START_SECONDS + secondsPerTask)) / 3600;
  return Math.max(0, Math.floor(budgetLeft / least));
}
