/**
 * From offers, constraints and work to plans of a pool, best first: pure, so that a dry run shows exactly what a run does.
 *
 * A worker is a Batch job that has an instance to itself: types of one plan differ in processors by less than a factor
 * of two, so that no two workers share one. Instances, processors and prices are then those of workers, and no budget
 * depends on how Batch packs them.
 */
import type { PoolPlan } from "../../bulk/pool.ts";
import { boughtWith, USUAL_DISK } from "../../offers/boot-disk.ts";
import type { Offer } from "../../offers/offer.ts";
import { type Candidate, findCandidates, memoryPerTaskMiB, type Reason } from "./candidates.ts";
import type { PoolConstraints } from "./constraints.ts";
import { type Choice, chooseTypes } from "./diversify.ts";
import { estimate } from "./estimate.ts";
import { whyNothingFits } from "./impossible.ts";
import { highestPricePerHour, type Limit, missedMinima, withoutMinima } from "./sizing.ts";
import { type Asked, type PoolWork, withDefaults } from "./work.ts";

export interface Expected {
  /** USD for running tasks, repeated ones too: on the cheapest of the types, and on the dearest. */
  readonly cost: number;
  readonly highestCost: number;
  /** USD for all workers' way to their first task, on the dearest type. */
  readonly startCost: number;
  /** From the first request to the last result. */
  readonly seconds: number;
  /** Workers that are taken back by the provider. */
  readonly interruptions: number;
  readonly secondsPerTask: number;
  /** `max-runtime`: nobody knows, so that all of this is an upper bound. */
  readonly secondsFrom: "given" | "history" | "max-runtime";
}

export interface RankedPlan {
  /** From 1. */
  readonly rank: number;
  readonly plan: PoolPlan;
  /** The same types as in the plan, in the same order. */
  readonly types: readonly Candidate[];
  readonly workers: number;
  /** What keeps it from more workers. */
  readonly heldBy: Limit;
  /** Minima that are not met, since there is less work: `min-instances 5`. */
  readonly unmet: readonly string[];
  readonly simultaneousTasks: number;
  /** USD of all workers: on the cheapest type, and at most. */
  readonly pricePerHour: number;
  readonly highestPricePerHour: number;
  readonly expected: Expected;
  /** Of one worker, on the cheapest type. */
  readonly leftOver: { readonly cpus: number; readonly memoryMiB: number };
}

export type PlanOutcome =
  | { readonly outcome: "planned"; readonly plans: readonly RankedPlan[] }
  | { readonly outcome: "impossible"; readonly reasons: readonly Reason[] };

/**
 * Offers have to be of one region, with prices for spot and on demand, and with the disk of `bootDiskOf`. Spot and
 * on-demand instances and each size of instance make a plan of their own; ranked by what the work is expected to cost,
 * then by how long it takes. Starting workers is left out of the ranking: there are as many as shorten the run.
 */
export function planPool(offers: readonly Offer[], constraints: PoolConstraints, work: PoolWork): PlanOutcome {
  const asked = withDefaults(constraints);
  const { candidates, excluded } = findCandidates(offers, asked);
  const canEnd = work.entries > 0 && (work.secondsPerTask ?? 0) <= asked.maxRuntime;
  const groups = canEnd ? sameSize(candidates) : [];
  const choose = (wanted: Asked) => groups.flatMap((alike) => chooseTypes(alike, work, wanted) ?? []);
  const meeting = choose(asked);
  const choices = meeting.length > 0 ? meeting : choose(withoutMinima(asked)).filter(isAllTheWork);
  if (choices.length === 0) {
    return { outcome: "impossible", reasons: whyNothingFits(offers, candidates, excluded, work, asked) };
  }
  const region = offers[0]?.region ?? "";
  const plans = choices
    .toSorted((a, b) => a.workCost - b.workCost || a.seconds - b.seconds || b.types.length - a.types.length)
    .map((choice, index) => rankedPlan(choice, index + 1, poolPlan(choice, region, work, asked), work, asked));
  return { outcome: "planned", plans };
}

/** With less work than a minimum asks for, all of it is enough. */
function isAllTheWork({ sizing }: Choice): boolean {
  return sizing.heldBy === "entries";
}

/** Of two in a group neither has twice the processors of the other. */
function sameSize(candidates: readonly Candidate[]): readonly (readonly Candidate[])[] {
  const groups = Map.groupBy(candidates, ({ spot, cpus, bootDiskType, bootDiskGB }) =>
    [spot, Math.floor(Math.log2(cpus)), bootDiskType, bootDiskGB].join(" "),
  );
  return [...groups.values()];
}

export function rankedPlan(choice: Choice, rank: number, plan: PoolPlan, work: PoolWork, asked: Asked): RankedPlan {
  const { types, slots, sizing } = choice;
  const { workers, heldBy } = sizing;
  const [cheapest] = types;
  return {
    rank,
    plan,
    types,
    workers,
    heldBy,
    unmet: missedMinima(types, slots, workers, asked).map(({ written }) => written),
    simultaneousTasks: workers * slots,
    pricePerHour: workers * cheapest.pricePerHour,
    highestPricePerHour: highestPricePerHour(types, workers, asked),
    expected: expectedOf(choice, work, asked),
    leftOver: {
      cpus: Math.max(0, cheapest.cpus - slots * asked.cpusPerTask),
      memoryMiB: Math.max(0, Math.floor(cheapest.memoryMiB - slots * memoryPerTaskMiB(asked))),
    },
  };
}

function expectedOf({ types, slots, sizing }: Choice, work: PoolWork, asked: Asked): Expected {
  const estimates = types.map((type) => estimate(type, slots, work, asked));
  const { workCost, interruptions, seconds } = estimate(types[0], slots, work, asked);
  return {
    cost: workCost,
    highestCost: Math.max(...estimates.map((one) => one.workCost)),
    startCost: sizing.workers * Math.max(...estimates.map((one) => one.startCost)),
    seconds: seconds(sizing.workers),
    interruptions,
    secondsPerTask: work.secondsPerTask ?? asked.maxRuntime,
    secondsFrom: work.secondsPerTask === undefined ? "max-runtime" : (work.secondsFrom ?? "given"),
  };
}

const AMI = /^ami-[0-9a-f]+$/;

function poolPlan({ types, slots, sizing }: Choice, region: string, work: PoolWork, asked: Asked): PoolPlan {
  const highest = types.map(({ instanceType, highestPricePerHour: price }) => [instanceType, price] as const);
  const [{ spot, bootDiskType = USUAL_DISK, bootDiskGB }] = types;
  const { image, machineImage } = asked;
  const disk = boughtWith(bootDiskType, { iops: asked.bootDiskIops, throughput: asked.bootDiskThroughput });
  const isMachineImage = image !== undefined && AMI.test(image);
  return {
    kind: "batch",
    region,
    instanceTypes: types.map(({ instanceType }) => instanceType),
    spot,
    onDemandShare: spot ? asked.onDemandShare : 0,
    slotsPerWorker: slots,
    cpusPerWorker: Math.min(...types.map(({ cpus }) => cpus)),
    mostCpusPerInstance: Math.max(...types.map(({ cpus }) => cpus)),
    memoryPerWorkerMiB: Math.min(...types.map(({ memoryMiB }) => memoryMiB)),
    // A container sees no GPU that it has not asked for.
    gpusPerWorker: Math.min(...types.map(({ gpus }) => gpus)) || undefined,
    bootDiskGB,
    bootDiskType,
    bootDiskIops: disk.iops,
    bootDiskThroughput: disk.throughput,
    maxWorkers: sizing.workers,
    workerPricePerHour: Math.max(...highest.map(([, price]) => price)),
    workerPriceByType: Object.fromEntries(highest),
    secondsPerTask: work.secondsPerTask,
    onDemandWorkerPricePerHour: Math.max(...types.map(({ onDemandPricePerHour }) => onDemandPricePerHour)),
    maxTotalCost: asked.maxTotalCost,
    maxTotalPricePerHour: asked.maxTotalPricePerHour,
    startupScript: asked.startupScript,
    setupScript: asked.setupScript,
    image: isMachineImage ? undefined : image,
    machineImage: isMachineImage ? image : machineImage,
  };
}
