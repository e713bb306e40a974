/** Why no pool can be planned: which constraint excludes how many offers, and which budget is too small for what. */
import type { Offer } from "../../offers/offer.ts";
import type { Candidate, Reason } from "./candidates.ts";
import { type ConstraintName, writtenName } from "./constraints.ts";
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
  readonly constraint: ConstraintName;
  readonly message: string;
}

/** The cheapest type speaks for all that the same constraint keeps away. */
function tooSmall(candidates: readonly Candidate[], work: PoolWork, asked: Asked): readonly Reason[] {
  const unfit = candidates
    .toSorted((a, b) => a.highestPricePerHour - b.highestPricePerHour)
    .flatMap((type) => whyUnfit(type, work, asked));
  const groups = Map.groupBy(unfit, ({ constraint }) => constraint);
  return [...groups].map(([constraint, group]) => ({
    constraint: `${writtenName(constraint)} ${asked[constraint]}`,
    excluded: group.reduce((sum, { type }) => sum + type.offers, 0),
    message: group[0]?.message ?? "",
  }));
}

function whyUnfit(type: Candidate, work: PoolWork, asked: Asked): readonly Unfit[] {
  const most = Math.min(type.slots, work.entries, asked.maxSimultaneousTasks ?? type.slots);
  if (most < type.leastSlots) {
    const short =
      most === work.entries ? `there are only ${work.entries} entries` : `at most ${most} are allowed in all`;
    const message = `${type.leastSlots} tasks at a time would have to be on one instance (${type.instanceType}), but ${short}`;
    return [
      {
        type,
        constraint: asked.minTasksPerInstance === undefined ? "maxMemoryPerTask" : "minTasksPerInstance",
        message,
      },
    ];
  }
  const large = sizePool([type], most, work, asked);
  // More workers that are smaller may do for a number of instances.
  const small = sizePool([type], type.leastSlots, work, asked);
  const found = large.outcome === "unfit" && large.constraint === "minInstances" ? small : large;
  if (found.outcome === "unfit") return [{ type, ...found }];
  const message = `spot instances (${type.instanceType}) are taken back more often than a task of max-runtime ${asked.maxRuntime} s ends`;
  return [{ type, constraint: "maxRuntime", message }];
}
