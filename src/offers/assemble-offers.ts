/** Puts what a provider says of its types, prices and disks together to offers: a type, a zone and a disk at one price. */
import {
  type BootDisk,
  bootDiskGB,
  bootDiskPricePerHour,
  type DiskPrice,
  plainDisk,
  TYPICAL_DISK_PRICES,
} from "./boot-disk.ts";
import type { InstanceType, PriceList, SpotPrice } from "./catalogue.ts";
import { cpuFamilyOf } from "./cpu-ranks.ts";
import type { Offer } from "./offer.ts";
import type { OfferQuery } from "./offers.ts";

interface Disk {
  readonly price: DiskPrice;
  readonly estimated: boolean;
}

/** An instance's price without its disk. */
interface Instance {
  readonly zone: string | undefined;
  readonly spot: boolean;
  readonly pricePerHour: number;
  readonly estimated: boolean;
}

/** Types that have no price are no offers. On demand a price is the whole region's, unless a zone is asked for. */
export function assembleOffers(
  provider: string,
  query: OfferQuery,
  { types, onDemand, disks }: PriceList,
  spotPrices: readonly SpotPrice[],
): readonly Offer[] {
  const bootDisk = query.bootDisk ?? plainDisk(query.bootDiskGB);
  const chosen = bootDisk.types.map((type) => chooseDisk(type, disks));
  const listed = new Map(onDemand.map((price) => [price.instanceType, price]));
  const spots = Map.groupBy(spotPrices, ({ instanceType }) => instanceType);
  return types.flatMap((type) => {
    const { pricePerHour, processor = "" } = listed.get(type.name) ?? {};
    const instances = [
      ...(query.spot === true ? [] : onDemandInstances(type, pricePerHour, query.zone)),
      ...(query.spot === false ? [] : spotInstances(spots.get(type.name) ?? [], query.zone)),
    ];
    const family = cpuFamilyOf(processor);
    return instances.flatMap((instance) =>
      chosen.map((disk) => ({
        provider,
        region: query.region,
        ...factsOf(type),
        cpuFamily: family.name,
        cpuRank: family.rank,
        ...priceOf(instance, disk, bootDisk, type.cpus),
      })),
    );
  });
}

function factsOf({ name, architecture, cpus, memoryGB, localSsdGB, gpus }: InstanceType) {
  return { instanceType: name, architecture, cpus, memoryGB, localSsdGB, gpus };
}

function onDemandInstances({ zones }: InstanceType, pricePerHour: number | undefined, zone?: string): Instance[] {
  if (pricePerHour === undefined || (zone !== undefined && !zones.includes(zone))) return [];
  return [{ zone, spot: false, pricePerHour, estimated: false }];
}

function spotInstances(prices: readonly SpotPrice[], wanted?: string): Instance[] {
  return prices
    .filter(({ zone }) => wanted === undefined || zone === wanted)
    .map(({ zone, pricePerHour, estimated = false }) => ({ zone, spot: true, pricePerHour, estimated }));
}

function chooseDisk(type: string, disks: readonly DiskPrice[]): Disk {
  const price = disks.find((disk) => disk.type === type);
  if (price !== undefined) return { price, estimated: false };
  const typical = TYPICAL_DISK_PRICES.find((disk) => disk.type === type);
  if (typical === undefined) throw new RangeError(`No price is known for disks of the type ${type}.`);
  return { price: typical, estimated: true };
}

function priceOf(instance: Instance, { price, estimated }: Disk, bootDisk: BootDisk, cpus: number) {
  const { zone, spot, pricePerHour: instancePricePerHour } = instance;
  const sizeGB = bootDiskGB(bootDisk, cpus);
  const diskPricePerHour = bootDiskPricePerHour(price, sizeGB, bootDisk);
  return {
    ...(zone !== undefined && { zone }),
    spot,
    instancePricePerHour: rounded(instancePricePerHour),
    bootDiskGB: sizeGB,
    bootDiskType: price.type,
    bootDiskPricePerHour: rounded(diskPricePerHour),
    pricePerHour: rounded(instancePricePerHour + diskPricePerHour),
    ...((instance.estimated || estimated) && { estimated: true }),
  };
}

/** To a millionth of a dollar, as AWS writes prices: sums of fractions are not to look like 0.15110000000000001. */
function rounded(price: number): number {
  return Math.round(price * 1e6) / 1e6;
}
