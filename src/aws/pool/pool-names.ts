/** What the resources of a run's pool are called and tagged with: how they are found again, and what rights are bound to. */
import { createHash } from "node:crypto";
import type { PoolOrder } from "../../bulk/pool-order.ts";

export interface PoolNames {
  /** `cirrus-prod-bulk-additions`: of the launch template, the job queue, the job definition; and before each job's name. */
  readonly base: string;
  readonly spot: string;
  readonly onDemand: string;
}

/** Names in Batch have at most 128 characters; a run's has 48 at most, and a stack's 64 at most where Lambda is to take its names. */
export function poolNames(stack: string, run: string): PoolNames {
  const base = `${stack}-bulk-${run}`;
  return { base, spot: `${base}-spot`, onDemand: `${base}-ondemand` };
}

export const STACK_TAG = "cirrus:stack";
export const RUN_TAG = "cirrus:run";
/** What the pool was made to: another order is another digest. */
export const ORDER_TAG = "cirrus:order";

export type Tags = Readonly<Record<string, string>>;

export function poolTags(stack: string, run: string): Record<string, string> {
  return { [STACK_TAG]: stack, [RUN_TAG]: run, Name: poolNames(stack, run).base };
}

/** As EC2 takes them. */
export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Of all that the pool's resources are made from: prices, budgets and the number of workers may change while it stays. */
export function orderDigest({ plan, code }: PoolOrder): string {
  const { instanceTypes, spot, onDemandShare, cpusPerWorker, memoryPerWorkerMiB, gpusPerWorker } = plan;
  const { bootDiskGB, bootDiskIops, bootDiskThroughput, startupScript, image, machineImage } = plan;
  const made = [
    [instanceTypes, spot, onDemandShare, cpusPerWorker, memoryPerWorkerMiB],
    [bootDiskGB, bootDiskIops, bootDiskThroughput, startupScript, image, machineImage],
    code.kind === "lambda" ? code.function : null,
    ...(gpusPerWorker === undefined ? [] : [gpusPerWorker]),
    // A container with one runs as root.
    ...(plan.setupScript === undefined ? [] : ["set-up"]),
  ];
  return createHash("sha256").update(JSON.stringify(made)).digest("hex").slice(0, 16);
}
