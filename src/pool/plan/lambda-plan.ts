/** The plan of a pool whose workers are calls of a task's own Lambda: no instances, no waiting, dearer by the hour. */
import type { PoolPlan } from "../../bulk/pool.ts";
import type { Architecture } from "../../offers/offer.ts";
import { type Candidate, memoryPerTaskMiB, type Reason } from "./candidates.ts";
import { type ConstraintName, type PoolConstraints, writtenName } from "./constraints.ts";
import { estimate } from "./estimate.ts";
import { type PlanOutcome, rankedPlan } from "./plan.ts";
import { type Sizing, sizePool, withoutMinima } from "./sizing.ts";
import { type Asked, type PoolWork, withDefaults } from "./work.ts";

export interface PoolLambda {
  readonly region: string;
  readonly architecture: Architecture;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
}

/** USD for a GB second, the same in most regions. Beside it a million calls cost 0.20 USD, which is left out. */
const PRICES: Readonly<Record<Architecture, number>> = { x86_64: 0.0000166667, arm64: 0.0000133334 };
/** Lambda gives a whole processor with so much memory. */
const MIB_PER_CPU = 1769;
const START_SECONDS = 1;
/** Where nobody says how many: an account has 1000 in all, and everything else needs some too. */
const USUAL_LAMBDAS = 100;
/** A queue calls no fewer at a time. */
const LEAST_LAMBDAS = 2;

/** One plan. What constraints say of instances is of no account here; `max-instances` counts Lambdas at a time. */
export function planLambdas(lambda: PoolLambda, constraints: PoolConstraints, work: PoolWork): PlanOutcome {
  const { maxInstances = USUAL_LAMBDAS, maxRuntime = lambda.timeoutSeconds } = constraints;
  const asked = withDefaults({ ...constraints, maxInstances, maxRuntime });
  const type = candidateOf(lambda);
  const reasons = unsuitable(lambda, type, work, asked);
  const sizing = sizeLambdas(type, work, asked);
  if (reasons.length > 0) return { outcome: "impossible", reasons };
  if (sizing.outcome === "unfit")
    return { outcome: "impossible", reasons: [reason(sizing.constraint, sizing.message)] };
  if (sizing.workers < LEAST_LAMBDAS && sizing.heldBy !== "entries") {
    const message = `${writtenName(sizing.heldBy)} ${asked[sizing.heldBy]} allows one Lambda at a time, and a queue calls ${LEAST_LAMBDAS} at least`;
    return { outcome: "impossible", reasons: [reason(sizing.heldBy, message)] };
  }
  const { workCost, seconds } = estimate(type, 1, work, asked);
  const choice = { slots: 1, types: [type] as const, sizing, workCost, seconds: seconds(sizing.workers) };
  const plan = poolPlan(lambda, type, sizing.workers, work, asked);
  return { outcome: "planned", plans: [rankedPlan(choice, 1, plan, work, asked)] };
}

/** Where there is less work than a minimum asks for, all of it is enough. */
function sizeLambdas(type: Candidate, work: PoolWork, asked: Asked): Sizing {
  const sizing = sizePool([type], 1, work, asked);
  if (sizing.outcome === "fits") return sizing;
  const forLess = sizePool([type], 1, work, withoutMinima(asked));
  return forLess.outcome === "fits" && forLess.heldBy === "entries" ? forLess : sizing;
}

function candidateOf({ architecture, memoryMiB }: PoolLambda): Candidate {
  const pricePerHour = (memoryMiB / 1024) * PRICES[architecture] * 3600;
  return {
    instanceType: "lambda",
    cpuFamily: architecture,
    offers: 1,
    cpus: memoryMiB / MIB_PER_CPU,
    memoryGB: memoryMiB / 1024,
    memoryMiB,
    gpus: 0,
    ssdGB: 0,
    spot: false,
    slots: 1,
    leastSlots: 1,
    pricePerHour,
    highestPricePerHour: pricePerHour,
    onDemandPricePerHour: pricePerHour,
    interruptionsPerHour: 0,
    startSeconds: START_SECONDS,
    bootDiskType: undefined,
    bootDiskGB: 0,
    estimated: false,
  };
}

function unsuitable(lambda: PoolLambda, { cpus }: Candidate, work: PoolWork, asked: Asked): readonly Reason[] {
  const { maxRuntime, cpusPerTask, secondsPerTask = 0, minTasksPerInstance = 1 } = { ...asked, ...work };
  const neededMiB = memoryPerTaskMiB(asked);
  const found: readonly (readonly [boolean, ConstraintName, string])[] = [
    [
      maxRuntime > lambda.timeoutSeconds,
      "maxRuntime",
      `a task may take ${maxRuntime} s (max-runtime), and the Lambda ends after ${lambda.timeoutSeconds} s`,
    ],
    [secondsPerTask > maxRuntime, "maxRuntime", `a task takes ${secondsPerTask} s, and max-runtime is ${maxRuntime}`],
    [
      neededMiB > lambda.memoryMiB,
      "minMemoryPerTask",
      `a task needs ${neededMiB} MiB, and the Lambda has ${lambda.memoryMiB}`,
    ],
    [
      asked.cpusPerTask > Math.max(1, cpus),
      "cpusPerTask",
      `a task needs ${cpusPerTask} vCPUs, and a Lambda of ${lambda.memoryMiB} MiB has ${cpus.toFixed(1)}`,
    ],
    [minTasksPerInstance > 1, "minTasksPerInstance", "a Lambda has one task at a time"],
    [work.entries < 1, "maxInstances", "there is nothing left to do"],
  ];
  return found.flatMap(([fails, constraint, message]) => (fails ? [reason(constraint, message)] : []));
}

function reason(constraint: ConstraintName, message: string): Reason {
  return { constraint: writtenName(constraint), excluded: 1, message };
}

function poolPlan(lambda: PoolLambda, type: Candidate, workers: number, work: PoolWork, asked: Asked): PoolPlan {
  return {
    kind: "lambda",
    region: lambda.region,
    instanceTypes: [],
    spot: false,
    onDemandShare: 0,
    slotsPerWorker: 1,
    cpusPerWorker: type.cpus,
    memoryPerWorkerMiB: type.memoryMiB,
    bootDiskGB: 0,
    maxWorkers: workers,
    workerPricePerHour: type.pricePerHour,
    workerPriceByType: {},
    secondsPerTask: work.secondsPerTask,
    onDemandWorkerPricePerHour: type.pricePerHour,
    maxTotalCost: asked.maxTotalCost,
    maxTotalPricePerHour: asked.maxTotalPricePerHour,
  };
}
