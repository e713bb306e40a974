/** What is to be done, and what is taken for granted where people did not say it. */
import { type BootDisk, USUAL_DISK } from "../../offers/boot-disk.ts";
import type { PoolConstraints } from "./constraints.ts";

export interface PoolWork {
  /** That have not ended yet. */
  readonly entries: number;
  /** Of one task; undefined where nobody knows: then `max-runtime` is taken, which it cannot exceed. */
  readonly secondsPerTask?: number | undefined;
  /** How it is known. */
  readonly secondsFrom?: "given" | "history" | undefined;
  /** USD that the run has cost so far: it counts for its budget. */
  readonly spent?: number | undefined;
}

/** No budget is without an end unless somebody says so: ten instances, ten dollars an hour. */
const DEFAULTS = {
  architecture: "x86_64",
  cpusPerTask: 1,
  maxRuntime: 3600,
  maxInstances: 10,
  maxTotalPricePerHour: 10,
  onDemandShare: 0,
} as const satisfies PoolConstraints;

/** The machine image that ECS recommends does not fit on less. */
const LEAST_DISK_GB = 30;

export type Asked = PoolConstraints & { readonly [Name in keyof typeof DEFAULTS]: NonNullable<PoolConstraints[Name]> };

export function withDefaults(constraints: PoolConstraints): Asked {
  const given = Object.entries(constraints).filter(([, value]) => value !== undefined);
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}

/** What offers are asked for with: their prices include this disk. */
export function bootDiskOf(constraints: PoolConstraints): BootDisk {
  return {
    types: constraints.bootDiskTypes ?? [USUAL_DISK],
    totalGB: Math.max(LEAST_DISK_GB, constraints.totalBootDiskSize ?? 0),
    baseGB: constraints.bootDiskBaseSize ?? 0,
    perCpuGB: constraints.bootDiskPerCpu ?? 0,
    perTaskGB: constraints.bootDiskPerTask ?? 0,
    cpusPerTask: constraints.cpusPerTask ?? DEFAULTS.cpusPerTask,
    iops: constraints.bootDiskIops,
    throughput: constraints.bootDiskThroughput,
  };
}
