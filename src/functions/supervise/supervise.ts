/**
 * supervise: gives bulk runs the workers that they need, and takes them away. It keeps nothing between two calls: each looks
 * at the entries, the money and the machines that there are, and does the next step. It may die between any two lines.
 */
import { type BulkRun, type EntryCounts, endedOf } from "../../bulk/bulk-run.ts";
import type { BulkRuns } from "../../bulk/bulk-store.ts";
import { moneySpent } from "../../bulk/money-spent.ts";
import type { Pool, PoolPlan, PoolStatus } from "../../bulk/pool.ts";
import { type PoolOrder, readPoolOrder } from "../../bulk/pool-order.ts";
import { workersNeeded } from "../../bulk/workers-needed.ts";
import { type Clock, isoTime, MINUTE_MS } from "../../clock.ts";
import { retryReason } from "../process/admit.ts";

export interface SupervisePorts {
  readonly runs: Pick<BulkRuns, "get" | "list" | "counts" | "workers" | "setState">;
  readonly pools: Readonly<Record<PoolPlan["kind"], Pool>>;
  /** Sends messages again that were lost. How many. */
  readonly repair: (run: string) => Promise<number>;
  readonly clock: Clock;
}

export interface Supervised {
  readonly run: string;
  /**
   * `working`: it has the workers that it needs. `waiting`: the provider needs time for a step. `finished`, `stopped`: it
   * ended just now. `removed`: nothing is left of its pool. `later`: something failed; the next call tries again.
   */
  readonly action: "working" | "waiting" | "finished" | "stopped" | "removed" | "later";
  readonly reason: string;
}

type Result = Omit<Supervised, "run">;

/**
 * All runs that have a pool or should have one, as far as the time goes; or one run. Each minute begins with another one, so that
 * none is always left for later.
 */
export async function superviseRuns(
  ports: SupervisePorts,
  only?: string,
  deadline?: AbortSignal,
): Promise<readonly Supervised[]> {
  const names = only === undefined ? fromAnother(await listNames(ports), ports.clock) : [only];
  const results: Supervised[] = [];
  // One after the other: Batch answers few calls a second.
  for (const run of names) {
    if (results.length > 0 && deadline?.aborted) break;
    results.push({ run, ...(await superviseOrLater(run, ports)) });
  }
  return results;
}

function fromAnother(names: readonly string[], clock: Pick<Clock, "now">): readonly string[] {
  const first = names.length === 0 ? 0 : Math.floor(clock.now() / MINUTE_MS) % names.length;
  return [...names.slice(first), ...names.slice(0, first)];
}

/** A run that was deleted may have left its pool. */
async function listNames({ runs, pools }: SupervisePorts): Promise<readonly string[]> {
  const open = (await runs.list()).filter(({ state, pool }) => state === "OPEN" && pool !== undefined);
  const left = await Promise.all(Object.values(pools).map((pool) => pool.runs()));
  return [...new Set([...open.map(({ name }) => name), ...left.flat()])];
}

async function superviseOrLater(name: string, ports: SupervisePorts): Promise<Result> {
  try {
    return await supervise(name, ports);
  } catch (thrown) {
    return { action: "later", reason: retryReason(thrown) };
  }
}

async function supervise(name: string, ports: SupervisePorts): Promise<Result> {
  const run = await ports.runs.get(name);
  const order = readPoolOrder(name, run?.pool);
  if (run?.state === "LOADING") return { action: "waiting", reason: "its entries are being loaded" };
  if (run?.state === "OPEN" && order !== undefined) return drive(run, order, ports);
  return remove(name, `the run is ${run === undefined ? "deleted" : run.state.toLowerCase()}`, ports);
}

async function drive(run: BulkRun, order: PoolOrder, ports: SupervisePorts): Promise<Result> {
  const { name } = run;
  const counts = await ports.runs.counts(name);
  // Counts of what workers do may lag behind; how many entries there are is known.
  const remaining = run.entries - endedOf(counts);
  if (remaining === 0) return end(name, "FINISHED", "all its entries have ended", ports);

  const pool = ports.pools[order.plan.kind];
  const status = await pool.status(name);
  const live = status.starting + status.running;
  const money = moneySpent(await ports.runs.workers(name), status, order.plan, ports.clock.now());
  const { maxTotalCost } = order.plan;
  if (maxTotalCost !== undefined && money.spent + money.committed >= maxTotalCost) {
    return end(name, "STOPPED", budgetReason(maxTotalCost, money.spent), ports);
  }
  if (neverWork(status, counts, order.plan)) {
    const said = status.reasons.length > 0 ? ` (${status.reasons.join("; ")})` : "";
    const reason = `its first ${status.ended} workers ended before they took an entry${said}: look at their logs in the group /aws/batch/job`;
    return end(name, "STOPPED", reason, ports);
  }

  if (!(await removeOthers(name, order, ports))) return { action: "waiting", reason: "its former pool is taken away" };
  const ready = await pool.prepare(name, order);
  if (ready.outcome === "impossible") return end(name, "STOPPED", ready.reason, ports);
  if (ready.outcome === "waiting") return { action: "waiting", reason: ready.reason };
  await ports.repair(name);
  if (pool.scalesItself) return { action: "working", reason: `${remaining} entries to go` };
  const { more } = workersNeeded(remaining, live, order.plan, money.affordable);
  if (more > 0) await pool.start(name, order, more, turnOf(ports.clock));
  if (more + live === 0) return end(name, "STOPPED", tooDear(order.plan, money.spent), ports);
  return { action: "working", reason: `${remaining} entries to go, ${live} workers and ${more} more` };
}

/** An image that is not there or code that does not load would cost money for ever. */
function neverWork({ ended, running }: PoolStatus, { attempts }: EntryCounts, { maxWorkers }: PoolPlan): boolean {
  return attempts === 0 && running === 0 && ended >= Math.max(FUTILE_WORKERS, 2 * maxWorkers);
}

const FUTILE_WORKERS = 5;

/** Repeated within the same minute it is the same request. */
function turnOf(clock: Clock): string {
  return isoTime(clock.now()).slice(0, 16).replaceAll(/[-:]/g, "");
}

function budgetReason(budget: number, spent: number): string {
  return `its budget of ${budget} USD is used up: ${spent.toFixed(2)} USD are spent, and a worker costs more until it has ended`;
}

function tooDear({ maxTotalCost, maxTotalPricePerHour }: PoolPlan, spent: number): string {
  const limits = [
    maxTotalCost === undefined ? [] : `${(maxTotalCost - spent).toFixed(2)} USD that are left of ${maxTotalCost} USD`,
    maxTotalPricePerHour === undefined ? [] : `${maxTotalPricePerHour} USD an hour`,
  ].flat();
  return `no worker fits into ${limits.join(" and ")}`;
}

/** Whoever changed its state in between decides: the next call sees what became of it. */
async function end(
  name: string,
  state: "FINISHED" | "STOPPED",
  reason: string,
  ports: SupervisePorts,
): Promise<Result> {
  const ended = await ports.runs.setState(name, ["OPEN"], state, reason);
  if (!ended) return { action: "later", reason: "its state has just changed" };
  await remove(name, reason, ports);
  return { action: state === "FINISHED" ? "finished" : "stopped", reason };
}

/** A run that had another kind of pool before. */
async function removeOthers(name: string, { plan }: PoolOrder, { pools }: SupervisePorts): Promise<boolean> {
  const others = Object.values(pools).filter((pool) => pool !== pools[plan.kind]);
  const gone = await Promise.all(others.map((pool) => pool.remove(name, "the run was given another pool")));
  return gone.every(Boolean);
}

async function remove(name: string, reason: string, { pools }: SupervisePorts): Promise<Result> {
  const gone = await Promise.all(Object.values(pools).map((pool) => pool.remove(name, reason)));
  if (gone.every(Boolean)) return { action: "removed", reason };
  return { action: "waiting", reason: `its pool is being taken away: ${reason}` };
}
