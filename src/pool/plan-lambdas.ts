/** A pool of Lambdas: nothing to choose but how many at a time, for tasks that take 15 minutes at most. */
import type { PoolPlan } from "../bulk/pool.ts";
import { CirrusError, EXIT } from "../errors.ts";
import type { LambdaPart } from "../project/project.ts";
import type { PoolConstraints } from "./plan/constraints.ts";
import { DEFAULTS } from "./plan/work.ts";

/** USD for a GB during a second, on x86_64 in us-east-1; other regions differ by a few percent. */
const PRICE_PER_GB_SECOND = 0.0000166667;
/** Fewer than two at a time cannot be asked of an event source mapping, nor more than a thousand. */
const FEWEST = 2;
const MOST = 1_000;

export interface LambdaWork {
  readonly entries: number;
  readonly region: string;
  readonly maxRuntimeSeconds: number;
}

export function planLambdas(
  lambda: Pick<LambdaPart, "memorySize" | "timeout">,
  constraints: PoolConstraints,
  { entries, region, maxRuntimeSeconds }: LambdaWork,
): PoolPlan {
  const { memorySize, timeout } = lambda;
  if (maxRuntimeSeconds > timeout) {
    throw new CirrusError(`A task may take ${maxRuntimeSeconds} s, and its Lambda is ended after ${timeout} s.`, {
      hint: "Lower --max-runtime, or raise lambda.timeout (900 s at most) and deploy. What takes longer is for --pool batch.",
      exitCode: EXIT.config,
    });
  }
  const price = (memorySize / 1024) * PRICE_PER_GB_SECOND * 3600;
  const {
    maxSimultaneousTasks = MOST,
    maxTotalPricePerHour = DEFAULTS.maxTotalPricePerHour,
    maxTotalCost,
  } = constraints;
  const affordable = Math.floor(maxTotalPricePerHour / price);
  if (affordable < FEWEST) {
    throw new CirrusError(`Two Lambdas of ${memorySize} MB cost ${(FEWEST * price).toFixed(2)} USD an hour.`, {
      hint: "Raise --max-total-price-per-hour, or lower lambda.memorySize and deploy.",
      exitCode: EXIT.config,
    });
  }
  return {
    kind: "lambda",
    region,
    instanceTypes: [],
    spot: false,
    onDemandShare: 0,
    slotsPerWorker: 1,
    // Lambda gives a processor for each 1,769 MB.
    cpusPerWorker: memorySize / 1769,
    memoryPerWorkerMiB: memorySize,
    bootDiskGB: 0,
    maxWorkers: Math.max(FEWEST, Math.min(entries, maxSimultaneousTasks, affordable, MOST)),
    workerPricePerHour: price,
    workerPriceByType: {},
    onDemandWorkerPricePerHour: price,
    maxTotalCost,
    maxTotalPricePerHour,
  };
}
