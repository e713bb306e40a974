/** Port: what a provider offers. On AWS the EC2 and Pricing APIs, cached; for tests and `--offline` a recorded file. */
import type { Architecture, Offer } from "./offer.ts";

export interface OfferQuery {
  readonly region: string;
  readonly zone?: string | undefined;
  /** Both prices are wanted where it is left out. */
  readonly spot?: boolean | undefined;
  readonly bootDiskGB: number;
}

export interface RegionInfo {
  readonly name: string;
  readonly description: string;
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
  regions(): Promise<readonly RegionInfo[]>;
  images(query: ImageQuery): Promise<readonly ImageInfo[]>;
}
