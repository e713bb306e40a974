/** What AWS offers, asked of EC2 and Pricing. */
import type { Clock } from "../../clock.ts";
import type { CatalogueSource } from "../../offers/catalogue.ts";
import { once } from "../../once.ts";
import type { Ec2 } from "../services/ec2.ts";
import type { ClientOptions } from "../services/settings.ts";
import { readImages } from "./images.ts";
import { readInstanceTypes } from "./instance-types.ts";
import { readDiskPrices, readOnDemandPrices } from "./price-lists.ts";
import { readRegions } from "./regions.ts";
import { readSpotPrices } from "./spot-prices.ts";

export interface AwsCatalogue extends CatalogueSource {
  /** The region that is asked where none is named. */
  homeRegion(): Promise<string>;
}

/** Loads the SDK when it is first asked. */
export function makeAwsCatalogue(options: ClientOptions, clock: Pick<Clock, "now">): AwsCatalogue {
  const pricing = once(async () => (await import("../services/pricing.ts")).connectPricing(options));
  const ec2 = async (region: string | undefined): Promise<Ec2> =>
    (await import("../services/ec2.ts")).connectEc2({ ...options, ...(region !== undefined && { region }) });
  return {
    homeRegion: async () => (await ec2(undefined)).region(),
    async priceList(region) {
      // Before anything is asked: a failure while another client still loads would be nobody's.
      const [here, prices] = await Promise.all([ec2(region), pricing()]);
      const [types, onDemand, disks] = await Promise.all([
        readInstanceTypes(here),
        readOnDemandPrices(prices, region),
        readDiskPrices(prices, region),
      ]);
      return { types, onDemand, disks };
    },
    spotPrices: async (region) => readSpotPrices(await ec2(region), new Date(clock.now())),
    regions: async (query) => readRegions(await ec2(undefined), ec2, query),
    images: async (query) => readImages(await ec2(query.region), query),
  };
}
