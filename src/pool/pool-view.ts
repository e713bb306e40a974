/** What is to be known of a run's pool at one moment: its workers, what they cost, and why there are no more of them. */
import { type BulkRun, type EntryCounts, endedOf } from "../bulk/bulk-run.ts";
import { moneySpent, priceOf } from "../bulk/money-spent.ts";
import type { PoolPlan, PoolStatus } from "../bulk/pool.ts";
import type { WorkerRecord } from "../bulk/worker-record.ts";
import { type WorkersNeeded, workersNeeded } from "../bulk/workers-needed.ts";

export interface PoolView {
  readonly run: string;
  readonly state: BulkRun["state"];
  /** Why the run is in its state. */
  readonly reason?: string | undefined;
  readonly plan: PoolPlan;
  readonly starting: number;
  readonly running: number;
  readonly ended: number;
  /** Entries that have not ended. */
  readonly remaining: number;
  /** USD an hour of all that run or start. */
  readonly pricePerHour: number;
  /** USD so far. */
  readonly spent: number;
  /** What keeps the pool from being larger. */
  readonly heldBy: WorkersNeeded["heldBy"];
  /** What keeps workers from starting, as the provider says it. */
  readonly reasons: readonly string[];
}

export interface PoolSight {
  readonly counts: EntryCounts;
  /** All that ever told of themselves. */
  readonly workers: readonly WorkerRecord[];
  /** What the provider says; undefined where it does not count them. */
  readonly status: PoolStatus | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function viewPool(run: BulkRun, plan: PoolPlan, { counts, workers, status, now }: PoolSight): PoolView {
  const live = workers.filter(({ endedAt }) => endedAt === undefined);
  const { starting, running, ended, reasons } = status ?? {
    starting: 0,
    running: live.length,
    ended: workers.length - live.length,
    reasons: [],
  };
  const money = moneySpent(workers, { starting, running, ended }, plan, now);
  const remaining = run.entries - endedOf(counts);
  return {
    run: run.name,
    state: run.state,
    reason: run.reason,
    plan,
    starting,
    running,
    ended,
    remaining,
    pricePerHour: priceOfAll(live, starting + running, plan),
    spent: money.spent,
    heldBy: whatHolds(remaining, starting + running, plan, money.affordable),
    reasons,
  };
}

/** As supervise sees it. */
function whatHolds(remaining: number, live: number, plan: PoolPlan, affordable: number): WorkersNeeded["heldBy"] {
  const maxWorkers = Math.min(plan.maxWorkers, affordable);
  const { heldBy } = workersNeeded(remaining, live, { ...plan, maxWorkers });
  return heldBy === "pool" && affordable < plan.maxWorkers ? "cost" : heldBy;
}

/** One that has not told of itself yet costs as much as the dearest; one that was silent longest is gone, where there are too many. */
function priceOfAll(live: readonly WorkerRecord[], count: number, plan: PoolPlan): number {
  const latest = live.toSorted((a, b) => (a.seenAt < b.seenAt ? 1 : -1)).slice(0, count);
  const unknown = (count - latest.length) * plan.workerPricePerHour;
  return latest.reduce((sum, worker) => sum + priceOf(worker, plan), unknown);
}
