/** How many workers the constraints and budgets allow, and which of them is the one that allows no more. */

import type { Candidate } from "./candidates.ts";
import { type ConstraintName, writtenName } from "./constraints.ts";
import { type Estimate, estimate } from "./estimate.ts";
import type { Asked, PoolWork } from "./work.ts";

/** What keeps a pool from being larger; `entries` where there is no more work. */
export type Limit = ConstraintName | "entries";

export type Sizing =
  | { readonly outcome: "fits"; readonly workers: number; readonly heldBy: Limit }
  | { readonly outcome: "unfit"; readonly constraint: ConstraintName; readonly message: string };

/** At least one. */
export type Types = readonly [Candidate, ...Candidate[]];

/**
 * Workers of so many slots on any mixture of these types: whichever of them the provider starts, no maximum is exceeded
 * and every minimum is met.
 */
export function sizePool(types: Types, slots: number, work: PoolWork, asked: Asked): Sizing {
  const [held, ...others] = ceilings(types, slots, work, asked);
  const heldBy = others.reduce((lowest, one) => (one.workers < lowest.workers ? one : lowest), held);
  const { workers, limit } = heldBy;
  if (workers < 1 && limit !== "entries") return unfit(limit, tooLittle(limit, types, slots, work, asked));
  const [missed] = missedMinima(types, slots, workers, asked);
  if (missed === undefined) return { outcome: "fits", workers, heldBy: limit };
  const why =
    limit === "entries" ? `${work.entries} entries keep no more busy` : `${written(limit, asked)} allows no more`;
  return unfit(missed.constraint, `${missed.written} cannot be met: there would be ${missed.reached}, as ${why}`);
}

function unfit(constraint: ConstraintName, message: string): Sizing {
  return { outcome: "unfit", constraint, message };
}

function written(name: ConstraintName, asked: Asked): string {
  return `${writtenName(name)} ${asked[name]}`;
}

interface Ceiling {
  readonly limit: Limit;
  readonly workers: number;
}

/** The first is the work itself: never more workers than there is work for. */
function ceilings(types: Types, slots: number, work: PoolWork, asked: Asked): readonly [Ceiling, ...Ceiling[]] {
  const cpus = Math.max(...types.map((type) => type.cpus));
  const { maxInstances, maxSimultaneousTasks, maxTotalCpus, maxTotalPricePerHour, maxTotalCost } = asked;
  const whole = (limit: Limit, most: number | undefined, each: number): readonly Ceiling[] =>
    most === undefined ? [] : [{ limit, workers: Math.floor(most / each) }];
  return [
    { limit: "entries", workers: Math.ceil(work.entries / slots) },
    ...whole("maxInstances", maxInstances, 1),
    ...whole("maxSimultaneousTasks", maxSimultaneousTasks, slots),
    ...whole("maxTotalCpus", maxTotalCpus, cpus),
    { limit: "maxTotalPricePerHour", workers: workersForPrice(types, maxTotalPricePerHour, asked) },
    ...(maxTotalCost === undefined
      ? []
      : [{ limit: "maxTotalCost" as const, workers: workersForCost(types, slots, work, asked, maxTotalCost) }]),
  ];
}

/** Prices are sums of fractions: a tenth of a millionth of a dollar is none. */
const NOTHING = 1e-7;

function workersForPrice(types: Types, most: number, asked: Asked): number {
  let workers = Math.floor((most + NOTHING) / Math.max(...types.map(({ highestPricePerHour }) => highestPricePerHour)));
  while (workers > 0 && highestPricePerHour(types, workers, asked) > most + NOTHING) workers -= 1;
  return workers;
}

/** USD an hour at most: all on the dearest type in its dearest zone, and as many on demand as may be. */
export function highestPricePerHour(types: Types, workers: number, { onDemandShare }: Asked): number {
  const spot = Math.max(...types.map((type) => type.highestPricePerHour));
  const onDemand = Math.max(spot, ...types.map((type) => type.onDemandPricePerHour));
  const replaced = types[0].spot ? Math.ceil(onDemandShare * workers) : 0;
  return replaced * onDemand + (workers - replaced) * spot;
}

/**
 * The work costs the same on one worker as on ten; each of them has to be started. How much it costs is known only
 * where somebody has said how long a task takes: an upper bound is no reason to refuse, the run stops at its budget.
 */
function workersForCost(types: Types, slots: number, work: PoolWork, asked: Asked, most: number): number {
  const left = most - (work.spent ?? 0);
  const fewest = types.map((type) => {
    const { workCost, startCost } = estimate(type, slots, work, asked);
    const task = work.secondsPerTask === undefined ? 0 : workCost;
    return Math.floor((left - task + NOTHING) / startCost);
  });
  return Math.max(0, Math.min(...fewest));
}

const MINIMA = ["minInstances", "minSimultaneousTasks", "minTotalCpus", "minTotalPricePerHour"] as const;

/** For the end of a run, where there is less work than a minimum asks for. */
export function withoutMinima(asked: Asked): Asked {
  return { ...asked, ...Object.fromEntries(MINIMA.map((name) => [name, undefined])) };
}

/** Whichever of the types are started. */
export function missedMinima(types: Types, slots: number, workers: number, asked: Asked) {
  const cpus = Math.min(...types.map((type) => type.cpus));
  const price = Math.min(...types.map(({ pricePerHour }) => pricePerHour));
  const reached: Readonly<Record<(typeof MINIMA)[number], number>> = {
    minInstances: workers,
    minSimultaneousTasks: workers * slots,
    minTotalCpus: workers * cpus,
    minTotalPricePerHour: Math.round(workers * price * 1e6) / 1e6,
  };
  return MINIMA.filter((name) => reached[name] < (asked[name] ?? 0)).map((constraint) => ({
    constraint,
    written: written(constraint, asked),
    reached: reached[constraint],
  }));
}

function tooLittle(limit: ConstraintName, types: Types, slots: number, work: PoolWork, asked: Asked): string {
  const [{ instanceType, cpus }] = types;
  const worker = `the cheapest worker (${instanceType}, ${slots} ${slots === 1 ? "task" : "tasks"} at a time)`;
  const short = `${written(limit, asked)} is too little for one worker`;
  if (limit === "maxTotalCpus") return `${short}: ${worker} has ${cpus} vCPUs`;
  if (limit === "maxTotalPricePerHour") {
    return `${short}: ${worker} costs up to ${usd(highestPricePerHour(types, 1, asked))} USD an hour`;
  }
  if (limit !== "maxTotalCost") return short;
  return tooCostly(short, worker, estimate(types[0], slots, work, asked), work);
}

function tooCostly(short: string, worker: string, { workCost, startCost }: Estimate, work: PoolWork): string {
  const spent = work.spent ? `, of which ${usd(work.spent)} USD are spent,` : "";
  if (work.secondsPerTask === undefined) return `${short}${spent}: to start ${worker} costs ${usd(startCost)} USD`;
  const total = `${usd(workCost + startCost)} USD for ${work.entries} ${work.entries === 1 ? "entry" : "entries"}`;
  return `${short.replace("one worker", "the work")}${spent}: it is expected to cost ${total} on ${worker}`;
}

/** At least two significant digits: cents say nothing of a tenth of one. */
export function usd(amount: number): string {
  return amount >= 1 || amount === 0 ? amount.toFixed(2) : String(Number(amount.toPrecision(3)));
}
