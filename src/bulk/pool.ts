/**
 * Port: the machines that a run's workers run on. `local` is this one; on AWS they are Batch's, or Lambdas. Another
 * provider is another implementation of this and of the ports beside it (`bulk-store.ts`, `../offers/offers.ts`).
 */
import type { PoolOrder } from "./pool-order.ts";

/** What a run is to be given, as planned from offers. Stored with the run, as JSON. */
export interface PoolPlan {
  readonly kind: "batch" | "lambda";
  readonly region: string;
  /** Several, so that a shortage of one is no shortage; cheapest first. */
  readonly instanceTypes: readonly string[];
  readonly spot: boolean;
  /** Share of the workers that may run on demand where spot instances are not to be had, 0 to 1. */
  readonly onDemandShare: number;
  /** Tasks at a time in one worker, and what the worker needs for them. */
  readonly slotsPerWorker: number;
  readonly cpusPerWorker: number;
  /** Processors of the largest of the instance types; those of a worker where it is not said. */
  readonly mostCpusPerInstance?: number | undefined;
  readonly memoryPerWorkerMiB: number;
  /** All of its instance's; none where nothing is said. */
  readonly gpusPerWorker?: number | undefined;
  readonly bootDiskGB: number;
  /** `gp3` where nothing is said; operations and MB a second: undefined for what the type has of itself. */
  readonly bootDiskType?: string | undefined;
  readonly bootDiskIops?: number | undefined;
  readonly bootDiskThroughput?: number | undefined;
  /** Never more than this at a time. */
  readonly maxWorkers: number;
  /** USD an hour of one worker, to account for what is spent: that of the dearest type, so that no budget is overrun. */
  readonly workerPricePerHour: number;
  /** The same by instance type, for a worker that has said what it runs on. */
  readonly workerPriceByType: Readonly<Record<string, number>>;
  /** Seconds that a task is expected to take; undefined where nobody knows. */
  readonly secondsPerTask?: number | undefined;
  /** USD an hour of one worker on demand. */
  readonly onDemandWorkerPricePerHour: number;
  /** USD; the run is stopped when it has spent so much. */
  readonly maxTotalCost?: number | undefined;
  readonly maxTotalPricePerHour?: number | undefined;
  /** Bash; runs as root on every instance before the first worker. */
  readonly startupScript?: string | undefined;
  /** Bash; runs as root in every worker's container before its first task, which finds what it exports. */
  readonly setupScript?: string | undefined;
  /** Container image of the worker; undefined for the stack's own runner. */
  readonly image?: string | undefined;
  /** AMI of the instances; undefined for the one that ECS recommends. */
  readonly machineImage?: string | undefined;
}

export interface PoolStatus {
  /** Asked for and not yet running. */
  readonly starting: number;
  readonly running: number;
  readonly ended: number;
  /** What keeps workers from starting, as the provider says it. */
  readonly reasons: readonly string[];
}

export type Readiness =
  | { readonly outcome: "ready" }
  /** The provider needs time: call again. */
  | { readonly outcome: "waiting"; readonly reason: string }
  /** It will never be ready as it is. */
  | { readonly outcome: "impossible"; readonly reason: string };

/** Every call may be made again at any time: each looks at what is there and does the next step towards what should be. */
export interface Pool {
  /** Whether the provider starts workers by itself, as work comes: then nobody calls `start`. */
  readonly scalesItself: boolean;
  /** Makes what workers run in. Where that was made to another plan it is taken away first. */
  prepare(run: string, order: PoolOrder): Promise<Readiness>;
  /** Asks for so many more workers; `turn` makes a repeated request the same one. */
  start(run: string, order: PoolOrder, workers: number, turn: string): Promise<void>;
  status(run: string): Promise<PoolStatus>;
  /** Ends all workers, which give back what they hold, and takes away what was made for the run: true once nothing is left. */
  remove(run: string, reason: string): Promise<boolean>;
  /** The runs that anything was made for and is still there. */
  runs(): Promise<readonly string[]>;
}
