/** What spot instances cost now, in each zone. */
import type { SpotPrice } from "../../offers/catalogue.ts";
import type { Ec2 } from "../services/ec2.ts";
import { everyPage } from "./every-page.ts";

const PRICES_A_PAGE = 1000;

/** A history that begins now is each zone's latest price, the one that holds. */
export async function readSpotPrices(ec2: Ec2, now: Date): Promise<readonly SpotPrice[]> {
  const pages = await everyPage((NextToken) =>
    ec2.describeSpotPriceHistory({
      ProductDescriptions: ["Linux/UNIX"],
      StartTime: now,
      MaxResults: PRICES_A_PAGE,
      NextToken,
    }),
  );
  const latest = new Map<string, { readonly at: number; readonly price: SpotPrice }>();
  for (const found of pages.flatMap((page) => page.SpotPriceHistory ?? [])) {
    const { InstanceType: instanceType, AvailabilityZone: zone, SpotPrice: text, Timestamp } = found;
    const pricePerHour = Number(text);
    if (instanceType === undefined || zone === undefined || !(pricePerHour > 0)) continue;
    const at = Timestamp?.getTime() ?? 0;
    const key = `${instanceType} ${zone}`;
    if (at >= (latest.get(key)?.at ?? 0)) latest.set(key, { at, price: { instanceType, zone, pricePerHour } });
  }
  return [...latest.values()].map(({ price }) => price);
}
