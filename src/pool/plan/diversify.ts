/** Several types for one size of worker, so that a shortage of one is no shortage. */
import type { Candidate } from "./candidates.ts";
import { estimate } from "./estimate.ts";
import { type Sizing, sizePool, type Types } from "./sizing.ts";
import type { Asked, PoolWork } from "./work.ts";

/** How much dearer for each task than the cheapest a type may be: less than what waiting for the cheapest one costs. */
const PRICE_TOLERANCE = 0.15;
/** So many are taken where there are, however much dearer. */
const LEAST_TYPES = 3;

export interface Choice {
  readonly slots: number;
  readonly types: Types;
  readonly sizing: Extract<Sizing, { outcome: "fits" }>;
  readonly workCost: number;
  readonly seconds: number;
}

/**
 * The best size of worker for types of about the same size, of which each holds one worker at a time. All sizes are
 * tried: the work costs least where the least of an instance is left over. Undefined where nothing fits.
 */
export function chooseTypes(candidates: readonly Candidate[], work: PoolWork, asked: Asked): Choice | undefined {
  const most = Math.max(...candidates.map((type) => type.slots));
  const sizes = Array.from(
    { length: most },
    (_, index) => fittingTypes(candidates, index + 1, work, asked) ?? [],
  ).flat();
  // Of equals the smaller worker: the same tasks with more memory for each, on more types.
  const [best] = sizes.toSorted((a, b) => a.cheapest.cost - b.cheapest.cost || a.slots - b.slots);
  return best && widen(best, work, asked);
}

interface Fitting {
  readonly slots: number;
  readonly cheapest: Priced;
  /** The cheapest first. */
  readonly others: readonly Priced[];
}

interface Priced {
  readonly type: Candidate;
  readonly cost: number;
}

/** The types that a pool of workers of this size could be made of alone. */
function fittingTypes(
  candidates: readonly Candidate[],
  slots: number,
  work: PoolWork,
  asked: Asked,
): Fitting | undefined {
  const [cheapest, ...others] = candidates
    .filter((type) => type.leastSlots <= slots && type.slots >= slots)
    .map((type) => ({ type, cost: estimate(type, slots, work, asked).workCost }))
    .filter(({ type, cost }) => Number.isFinite(cost) && sizePool([type], slots, work, asked).outcome === "fits")
    .toSorted((a, b) => a.cost - b.cost || (a.type.instanceType < b.type.instanceType ? -1 : 1));
  return cheapest && { slots, cheapest, others };
}

/** Takes as many types as may be mixed. */
function widen({ slots, cheapest, others }: Fitting, work: PoolWork, asked: Asked): Choice | undefined {
  const types: [Candidate, ...Candidate[]] = [cheapest.type];
  for (const { type, cost } of others) {
    const wanted = cost <= cheapest.cost * (1 + PRICE_TOLERANCE) || types.length < LEAST_TYPES;
    if (wanted && sizePool([...types, type], slots, work, asked).outcome === "fits") types.push(type);
  }
  const sizing = sizePool(types, slots, work, asked);
  if (sizing.outcome === "unfit") return undefined;
  const { seconds } = estimate(cheapest.type, slots, work, asked);
  return { slots, types, sizing, workCost: cheapest.cost, seconds: seconds(sizing.workers) };
}
