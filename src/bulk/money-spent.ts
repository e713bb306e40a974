/** What the workers of a run have cost so far, and what the running ones will have cost once they have been told to end. */
import { HOUR_MS } from "../clock.ts";
import type { PoolPlan, PoolStatus } from "./pool.ts";
import type { WorkerRecord } from "./worker-record.ts";
import { START_SECONDS } from "./workers-needed.ts";

/** A worker tells of itself every minute or so: one that has been silent for so long is gone. */
const SILENT_MS = 5 * 60_000;
/** An instance boots before its first worker and idles after its last one. An assumption, on the side of caution. */
const AROUND_MS = 3 * 60_000;
/** From one look at a run to the next, and until workers that were told to end have ended. */
const ENDING_MS = 3 * 60_000;

/** Three workers of 0.1 USD fit into 0.3 USD. */
const ROUNDING = 1e-9;

type Prices = Pick<
  PoolPlan,
  | "maxTotalCost"
  | "maxTotalPricePerHour"
  | "kind"
  | "spot"
  | "onDemandShare"
  | "workerPricePerHour"
  | "workerPriceByType"
  | "onDemandWorkerPricePerHour"
>;

export interface Money {
  /** USD */
  readonly spent: number;
  /** USD that go on being spent where every worker is told to end now. */
  readonly committed: number;
  /** How many workers there may be, within the price of an hour and for what is left of the budget; Infinity without either. */
  readonly affordable: number;
}

/** What the provider counts of the workers. */
type Counted = Pick<PoolStatus, "starting" | "running" | "ended">;

export function moneySpent(workers: readonly WorkerRecord[], counted: Counted, plan: Prices, now: number): Money {
  const around = plan.kind === "lambda" ? 0 : AROUND_MS;
  const live = counted.starting + counted.running;
  // Some end before they tell of themselves: taken away while they boot, or without their image.
  const silent = Math.max(0, counted.running + counted.ended - workers.length);
  const costs = workers.map((worker) => ((lifeOf(worker, now) + around) * priceOf(worker, plan)) / HOUR_MS);
  const spent = costs.reduce((sum, cost) => sum + cost, (silent * around * dearest(plan)) / HOUR_MS);
  const committed = (live * dearest(plan) * ENDING_MS) / HOUR_MS;
  return { spent, committed, affordable: Math.min(forTheRest(spent, plan), forAnHour(workers, live, plan, now)) };
}

/** A worker that starts has to end again before the money is gone. */
function forTheRest(spent: number, plan: Prices): number {
  if (plan.maxTotalCost === undefined) return Number.POSITIVE_INFINITY;
  const least = (dearest(plan) * (START_SECONDS * 1000 + ENDING_MS)) / HOUR_MS;
  return Math.max(0, Math.floor((plan.maxTotalCost - spent) / least));
}

/** What starts may become as dear as can be; what runs has said what it costs. */
function forAnHour(workers: readonly WorkerRecord[], live: number, plan: Prices, now: number): number {
  if (plan.maxTotalPricePerHour === undefined) return Number.POSITIVE_INFINITY;
  const known = workers.filter(({ endedAt, seenAt }) => endedAt === undefined && now - Date.parse(seenAt) <= SILENT_MS);
  const starting = Math.max(0, live - known.length);
  const price = known.reduce((sum, worker) => sum + priceOf(worker, plan), starting * dearest(plan));
  return live + Math.max(0, Math.floor((plan.maxTotalPricePerHour - price) / dearest(plan) + ROUNDING));
}

function lifeOf({ startedAt, seenAt, endedAt }: WorkerRecord, now: number): number {
  const seen = Date.parse(seenAt);
  const end = endedAt === undefined ? (now - seen > SILENT_MS ? seen : now) : Date.parse(endedAt);
  return Math.max(0, end - Date.parse(startedAt));
}

/** USD an hour. */
export function priceOf({ pricePerHour, spot, instanceType = "" }: WorkerPrice, plan: Prices): number {
  if (pricePerHour !== undefined) return pricePerHour;
  if (plan.spot && !spot) return plan.onDemandWorkerPricePerHour;
  return plan.workerPriceByType[instanceType] ?? plan.workerPricePerHour;
}

type WorkerPrice = Pick<WorkerRecord, "pricePerHour" | "spot" | "instanceType">;

/** Of one worker, on the dearest machine that the plan allows. */
function dearest({ spot, onDemandShare, workerPricePerHour, onDemandWorkerPricePerHour }: Prices): number {
  if (!spot || onDemandShare === 0) return workerPricePerHour;
  return Math.max(workerPricePerHour, onDemandWorkerPricePerHour);
}
