/** Port: what a provider says of one region, before it is put together to offers: types, and what they and their disks cost. */
import type { DiskPrice } from "./boot-disk.ts";
import type { Architecture } from "./offer.ts";
import type { ImageInfo, ImageQuery, RegionInfo, RegionQuery } from "./offers.ts";

export interface InstanceType {
  readonly name: string;
  readonly architecture: Architecture;
  readonly cpus: number;
  readonly memoryGB: number;
  readonly localSsdGB: number;
  readonly gpus: number;
  /** Those that have it. */
  readonly zones: readonly string[];
}

/** USD an hour. */
export interface OnDemandPrice {
  readonly instanceType: string;
  readonly pricePerHour: number;
  /** As the price list writes it: `AMD EPYC 7R13 Processor`. */
  readonly processor: string;
}

/** USD an hour, the latest of its zone. */
export interface SpotPrice {
  readonly instanceType: string;
  readonly zone: string;
  readonly pricePerHour: number;
  /** True where it is a typical price and nobody asked for it. */
  readonly estimated?: boolean | undefined;
}

/** What changes seldom. */
export interface PriceList {
  readonly types: readonly InstanceType[];
  readonly onDemand: readonly OnDemandPrice[];
  readonly disks: readonly DiskPrice[];
}

export interface CatalogueSource {
  priceList(region: string): Promise<PriceList>;
  spotPrices(region: string): Promise<readonly SpotPrice[]>;
  regions(query: RegionQuery): Promise<readonly RegionInfo[]>;
  images(query: ImageQuery): Promise<readonly ImageInfo[]>;
}
