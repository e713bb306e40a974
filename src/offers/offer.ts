/** An offer: an instance type at a price in one zone, as the planning of pools sees it. Money is USD, sizes GB (10^9 where the provider says so). */

export type Architecture = "x86_64" | "arm64";

export interface Offer {
  readonly provider: string;
  readonly region: string;
  /** `us-west-2a`; undefined where the price is the whole region's. */
  readonly zone?: string | undefined;
  /** `m7g.xlarge` */
  readonly instanceType: string;
  readonly architecture: Architecture;
  /** `AWS Graviton3`, `Intel Xeon Platinum 8175`; and how quick it is among those known, 0 for unknown. */
  readonly cpuFamily: string;
  readonly cpuRank: number;
  readonly cpus: number;
  readonly memoryGB: number;
  readonly localSsdGB: number;
  readonly gpus: number;
  /** True for the price of a spot instance. */
  readonly spot: boolean;
  /** USD an hour of the instance alone. */
  readonly instancePricePerHour: number;
  readonly bootDiskGB: number;
  /** `gp3`; undefined where nobody chose one. */
  readonly bootDiskType?: string | undefined;
  readonly bootDiskPricePerHour: number;
  /** Both together. */
  readonly pricePerHour: number;
  /** Share of spot instances taken back within an hour, 0 to 1; undefined where nobody says. */
  readonly interruptionsPerHour?: number | undefined;
  /** True where a part of the price is a typical one, as the provider's own was not to be had. */
  readonly estimated?: boolean | undefined;
}
