/** Port: what a provider offers. On AWS the EC2 and Pricing APIs, cached; for tests and `--offline` a recorded file. */
import type { BootDisk } from "./boot-disk.ts";
import type { Architecture, Offer } from "./offer.ts";

export interface OfferQuery {
  readonly region: string;
  readonly zone?: string | undefined;
  /** Both prices are wanted where it is left out. */
  readonly spot?: boolean | undefined;
  /** Of a gp3 disk of the same size on every type. */
  readonly bootDiskGB: number;
  /** Instead of `bootDiskGB`: other types of disk, or a size that grows with the instance. */
  readonly bootDisk?: BootDisk | undefined;
}

export interface RegionQuery {
  /** `us-` */
  readonly prefix?: string | undefined;
  /** Zones take a call a region. */
  readonly zones: boolean;
}

export interface RegionInfo {
  readonly name: string;
  readonly description: string;
  /** Empty where they were not asked for. */
  readonly zones: readonly string[];
}

export interface ImageInfo {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly architecture: Architecture;
  /** ISO 8601 */
  readonly created: string;
  readonly owner: string;
}

export interface ImageQuery {
  readonly region: string;
  /** Only the account's own. */
  readonly own: boolean;
  readonly text?: string | undefined;
}

export interface Offers {
  /** ISO 8601, how old the prices are. */
  readonly asOf: () => Promise<string>;
  list(query: OfferQuery): Promise<readonly Offer[]>;
  regions(query?: RegionQuery): Promise<readonly RegionInfo[]>;
  images(query: ImageQuery): Promise<readonly ImageInfo[]>;
}
