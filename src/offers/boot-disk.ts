/** The disk that an instance starts from: how large it has to be, and what it costs an hour. */

/** Sizes in GB; each type of disk makes an offer of its own. */
export interface BootDisk {
  /** `gp3`, `io2` … */
  readonly types: readonly string[];
  /** At least so large. */
  readonly totalGB: number;
  /** And no smaller than this with what each CPU and each task adds to it. */
  readonly baseGB: number;
  readonly perCpuGB: number;
  readonly perTaskGB: number;
  /** How many tasks an instance runs at a time follows from it. */
  readonly cpusPerTask: number;
  /** More than what the type has of itself is paid for. */
  readonly iops?: number | undefined;
  /** MB/s */
  readonly throughput?: number | undefined;
}

/** USD a month of one type of disk in one region. */
export interface DiskPrice {
  readonly type: string;
  readonly perGB: number;
  readonly perIops: number;
  readonly includedIops: number;
  /** Of a MB/s. */
  readonly perThroughput: number;
  readonly includedThroughput: number;
}

/** What AWS's disks come with, before more is paid for. Magnetic disks are called `standard`. */
export const DISK_TYPES: Readonly<Record<string, { readonly iops: number; readonly throughput: number }>> = {
  gp3: { iops: 3000, throughput: 125 },
  gp2: { iops: 0, throughput: 0 },
  io1: { iops: 0, throughput: 0 },
  io2: { iops: 0, throughput: 0 },
  standard: { iops: 0, throughput: 0 },
};

/** Types whose operations are bought; of the others the number cannot be chosen. */
const IOPS_NEEDED: ReadonlySet<string> = new Set(["io1", "io2"]);
/** io1 and io2 cannot be made without a number of operations: the least that they take. */
const LEAST_IOPS = 100;

/** AWS bills months as so many hours. */
const HOURS_A_MONTH = 730;

export const USUAL_DISK = "gp3";

/** A gp3 disk of this size, whatever the instance. */
export function plainDisk(totalGB: number): BootDisk {
  return { types: [USUAL_DISK], totalGB, baseGB: 0, perCpuGB: 0, perTaskGB: 0, cpusPerTask: 1 };
}

export function bootDiskGB({ totalGB, baseGB, perCpuGB, perTaskGB, cpusPerTask }: BootDisk, cpus: number): number {
  return Math.max(totalGB, baseGB + perCpuGB * cpus, baseGB + perTaskGB * Math.floor(cpus / cpusPerTask));
}

/** What a disk of this type is made with: of some types operations can be chosen, of one throughput as well. */
export function boughtWith(type: string, { iops, throughput }: Pick<BootDisk, "iops" | "throughput">) {
  if (type === USUAL_DISK) return { iops, throughput };
  return { iops: IOPS_NEEDED.has(type) ? (iops ?? LEAST_IOPS) : undefined, throughput: undefined };
}

export function bootDiskPricePerHour(price: DiskPrice, sizeGB: number, { iops, throughput }: BootDisk): number {
  const operations = iops ?? (IOPS_NEEDED.has(price.type) ? LEAST_IOPS : 0);
  const paidIops = Math.max(0, operations - price.includedIops);
  const paidThroughput = Math.max(0, (throughput ?? 0) - price.includedThroughput);
  const month = sizeGB * price.perGB + paidIops * price.perIops + paidThroughput * price.perThroughput;
  return month / HOURS_A_MONTH;
}

/** AWS's list prices in us-east-1, for a region whose own cannot be read. An offer that stands on one is `estimated`. */
export const TYPICAL_DISK_PRICES: readonly DiskPrice[] = [
  listPrice("gp3", 0.08, 0.005, 0.04),
  listPrice("gp2", 0.1, 0, 0),
  listPrice("io1", 0.125, 0.065, 0),
  listPrice("io2", 0.125, 0.065, 0),
  listPrice("standard", 0.05, 0, 0),
];

function listPrice(type: string, perGB: number, perIops: number, perThroughput: number): DiskPrice {
  const { iops: includedIops = 0, throughput: includedThroughput = 0 } = DISK_TYPES[type] ?? {};
  return { type, perGB, perIops, includedIops, perThroughput, includedThroughput };
}
