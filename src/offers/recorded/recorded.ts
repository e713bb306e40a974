/** What AWS offers, as recorded: for planning without an account or a connection, and for tests. Two regions, common types. */
import { CirrusError, EXIT } from "../../errors.ts";
import { DISK_TYPES } from "../boot-disk.ts";
import type { CatalogueSource, PriceList, SpotPrice } from "../catalogue.ts";
import type { Architecture } from "../offer.ts";
import record from "./aws.json" with { type: "json" };

/** When the prices were written down, and how far they can be trusted. */
export const RECORD: { readonly asOf: string; readonly source: string } = record;

interface Size {
  readonly type: string;
  readonly cpus: number;
  readonly memoryGB: number;
  readonly localSsdGB?: number;
  readonly gpus?: number;
  readonly price: number;
}

interface Family {
  readonly processor: string;
  readonly architecture: Architecture;
  /** Of the on-demand price. */
  readonly spotShare: number;
  readonly sizes: readonly Size[];
}

// JSON has no literal types: of the architectures the file names no others than these.
const families = record.families as readonly Family[];

export const recordedCatalogue: CatalogueSource = {
  async priceList(region): Promise<PriceList> {
    const zones = [...zonesOf(region).keys()];
    return {
      types: families.flatMap(({ architecture, sizes }) =>
        sizes.map(({ type: name, cpus, memoryGB, localSsdGB = 0, gpus = 0 }) => {
          return { name, architecture, cpus, memoryGB, localSsdGB, gpus, zones };
        }),
      ),
      onDemand: families.flatMap(({ processor, sizes }) =>
        sizes.map(({ type, price }) => ({ instanceType: type, pricePerHour: price, processor })),
      ),
      disks: record.disks.map((disk) => {
        const { iops: includedIops = 0, throughput: includedThroughput = 0 } = DISK_TYPES[disk.type] ?? {};
        return { ...disk, includedIops, includedThroughput };
      }),
    };
  },

  async spotPrices(region): Promise<readonly SpotPrice[]> {
    const zones = [...zonesOf(region)];
    return families.flatMap(({ spotShare, sizes }) =>
      sizes.flatMap(({ type, price }) =>
        zones.map(([zone, factor]) => {
          return { instanceType: type, zone, pricePerHour: price * spotShare * factor, estimated: true };
        }),
      ),
    );
  },

  async regions({ prefix = "", zones }) {
    return record.regions
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, description }) => ({ name, description, zones: zones ? [...zonesOf(name).keys()] : [] }));
  },

  async images() {
    throw new CirrusError("Images are not recorded: they change every week.", {
      hint: "Ask AWS: leave --offline out.",
      exitCode: EXIT.notFound,
    });
  },
};

/** Zones of a region, and how their spot prices differ. */
function zonesOf(region: string): ReadonlyMap<string, number> {
  const found = record.regions.find(({ name }) => name === region);
  if (found !== undefined) return new Map(Object.entries(found.spotZones));
  throw new CirrusError(`No offers of ${region} are recorded.`, {
    hint: `Recorded are: ${record.regions.map(({ name }) => name).join(", ")}. Those that were read from AWS once are kept and can be seen offline.`,
    exitCode: EXIT.notFound,
  });
}
