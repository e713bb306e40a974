/** Why no pool can be planned: which constraint excludes how many offers, and which budget is too small for what. */
import type { Offer } from "../../offers/offer.ts";
import type { Candidate, Reason } from "./candidates.ts";
import { type ConstraintName, writtenName } from "./constraints.ts";
import { estimate } from "./estimate.ts";
import { sizePool } from "./sizing.ts";
import type { Asked, PoolWork } from "./work.ts";

export function whyNothingFits(
  offers: readonly Offer[],
  candidates: readonly Candidate[],
  excluded: readonly Reason[],
  work: PoolWork,
  asked: Asked,
): readonly Reason[] {
  const all = (constraint: string, message: string): Reason => ({ constraint, excluded: offers.length, message });
  if (offers.length === 0) return [all("region", "there are no offers")];
  if (work.entries < 1) return [all("entries", "there is nothing left to do")];
  const { secondsPerTask = 0 } = work;
  if (secondsPerTask > asked.maxRuntime) {
    const message = `a task takes ${secondsPerTask} s, and max-runtime ${asked.maxRuntime} ends each before that`;
    return [all("max-runtime", message)];
  }
  const held = candidates.length === 0 ? [] : tooSmall(candidates, work, asked);
  return [...held, ...excluded];
}

interface Unfit {
  readonly type: Candidate;
  /** USD for the work. */
  readonly cost: number;
  readonly constraint: ConstraintName;
  readonly message: string;
}

/** The cheapest type speaks for all that the same constraint keeps away. */
function tooSmall(candidates: readonly Candidate[], work: PoolWork, asked: Asked): readonly Reason[] {
  const unfit = candidates
    .toSorted((a, b) => a.highestPricePerHour - b.highestPricePerHour)
    .flatMap((type) => whyUnfit(type, work, asked));
  return [...Map.groupBy(unfit, ({ constraint }) => constraint)].map(([constraint, group]) => {
    const cheapest = constraint === "maxTotalCost" ? group.toSorted((a, b) => a.cost - b.cost) : group;
    return {
      constraint: `${writtenName(constraint)} ${asked[constraint]}`,
      excluded: group.reduce((sum, { type }) => sum + type.offers, 0),
      message: cheapest[0]?.message ?? "",
    };
  });
}

function whyUnfit(type: Candidate, work: PoolWork, asked: Asked): readonly Unfit[] {
  const slots = Math.max(type.leastSlots, Math.min(type.slots, asked.maxSimultaneousTasks ?? type.slots));
  const { workCost: cost } = estimate(type, slots, work, asked);
  const large = sizePool([type], slots, work, asked);
  // More workers that are smaller may do for a number of instances.
  const small = sizePool([type], type.leastSlots, work, asked);
  const found = large.outcome === "unfit" && large.constraint === "minInstances" ? small : large;
  if (found.outcome === "unfit") return [{ type, cost, ...found }];
  const message = `spot instances (${type.instanceType}) are taken back more often than a task of max-runtime ${asked.maxRuntime} s ends`;
  return [{ type, cost, constraint: "maxRuntime", message }];
}
