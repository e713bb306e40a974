/** Keeps the offers that meet every constraint, and says of each constraint how many it excludes. */
import { CirrusError, EXIT } from "../errors.ts";
import type { Architecture, Offer } from "./offer.ts";

/** Only what is given constrains. Sizes in GB, prices in USD an hour. */
export interface OfferFilter {
  readonly architecture?: Architecture | undefined;
  /** A part of the family's name, in whatever case: `graviton`. */
  readonly cpuFamily?: string | undefined;
  readonly minCpuRank?: number | undefined;
  readonly maxCpuRank?: number | undefined;
  /** Regular expressions; one of them has to match anywhere in the name. */
  readonly instanceTypes?: readonly string[] | undefined;
  readonly minCpu?: number | undefined;
  readonly maxCpu?: number | undefined;
  readonly minTotalMemory?: number | undefined;
  readonly maxTotalMemory?: number | undefined;
  readonly minMemoryPerCpu?: number | undefined;
  readonly maxMemoryPerCpu?: number | undefined;
  readonly minLocalSsd?: number | undefined;
  readonly maxLocalSsd?: number | undefined;
  readonly minLocalSsdPerCpu?: number | undefined;
  readonly maxLocalSsdPerCpu?: number | undefined;
  readonly minGpus?: number | undefined;
  readonly maxGpus?: number | undefined;
  readonly spot?: boolean | undefined;
  /** Boot disk included. */
  readonly maxPrice?: number | undefined;
  readonly maxPricePerCpu?: number | undefined;
  /** Of the type, the zone, the architecture or the CPU family, in whatever case. */
  readonly text?: string | undefined;
}

export interface Excluded {
  /** As the command line writes it: `--min-cpu 64`. */
  readonly constraint: string;
  /** Offers that do not meet it. */
  readonly count: number;
  /** Offers that meet everything else: what comes back without it. */
  readonly alone: number;
}

export interface Filtered {
  readonly offers: readonly Offer[];
  /** Those that exclude any, the one whose loosening brings back most first. */
  readonly excluded: readonly Excluded[];
}

interface Constraint {
  readonly name: string;
  readonly holds: (offer: Offer) => boolean;
}

/** Throws a CirrusError where an instance type is no regular expression. */
export function filterOffers(offers: readonly Offer[], filter: OfferFilter): Filtered {
  const constraints = constraintsOf(filter);
  const tallies = constraints.map(({ name }) => ({ constraint: name, count: 0, alone: 0 }));
  const kept = offers.filter((offer) => {
    const failed = tallies.filter((_, index) => constraints[index]?.holds(offer) === false);
    for (const tally of failed) {
      tally.count += 1;
      if (failed.length === 1) tally.alone += 1;
    }
    return failed.length === 0;
  });
  const excluded = tallies.filter(({ count }) => count > 0);
  return { offers: kept, excluded: excluded.toSorted((a, b) => b.alone - a.alone || b.count - a.count) };
}

const RANGES: readonly (readonly [name: string, valueIn: (offer: Offer) => number])[] = [
  ["CpuRank", (offer) => offer.cpuRank],
  ["Cpu", (offer) => offer.cpus],
  ["TotalMemory", (offer) => offer.memoryGB],
  ["MemoryPerCpu", memoryPerCpu],
  ["LocalSsd", (offer) => offer.localSsdGB],
  ["LocalSsdPerCpu", localSsdPerCpu],
  ["Gpus", (offer) => offer.gpus],
  ["Price", (offer) => offer.pricePerHour],
  ["PricePerCpu", pricePerCpu],
];

function constraintsOf(filter: OfferFilter): readonly Constraint[] {
  const { architecture, cpuFamily, instanceTypes = [], spot, text } = filter;
  const patterns = instanceTypes.map(patternOf);
  const family = cpuFamily?.toLowerCase();
  const wanted = text?.toLowerCase();
  return [
    architecture !== undefined && {
      name: `--architecture ${architecture}`,
      holds: (offer: Offer) => offer.architecture === architecture,
    },
    family !== undefined && {
      name: `--cpu-family ${cpuFamily}`,
      holds: (offer: Offer) => offer.cpuFamily.toLowerCase().includes(family),
    },
    patterns.length > 0 && {
      name: `--instance-types ${instanceTypes.join(",")}`,
      holds: (offer: Offer) => patterns.some((pattern) => pattern.test(offer.instanceType)),
    },
    spot !== undefined && { name: spot ? "--spot" : "--no-spot", holds: (offer: Offer) => offer.spot === spot },
    wanted !== undefined && {
      name: `--filter ${text}`,
      holds: (offer: Offer) => textOf(offer).includes(wanted),
    },
    ...rangesOf(filter),
  ].filter((constraint) => constraint !== false);
}

function rangesOf(filter: OfferFilter): readonly Constraint[] {
  const limits = new Map<string, unknown>(Object.entries(filter));
  return RANGES.flatMap(([name, valueIn]) => {
    const least = limits.get(`min${name}`);
    const most = limits.get(`max${name}`);
    const option = name.replaceAll(/(?<=.)[A-Z]/g, "-$&").toLowerCase();
    return [
      typeof least === "number" && {
        name: `--min-${option} ${least}`,
        holds: (offer: Offer) => valueIn(offer) >= least,
      },
      typeof most === "number" && {
        name: `--max-${option} ${most}`,
        holds: (offer: Offer) => valueIn(offer) <= most,
      },
    ].filter((constraint) => constraint !== false);
  });
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (thrown) {
    throw new CirrusError(`"${text}" is no regular expression for instance types.`, {
      hint: "Write it as ^c7g, or m7[ig]\\.xlarge$ for one size.",
      cause: thrown,
      exitCode: EXIT.usage,
    });
  }
}

function textOf({ instanceType, zone = "", architecture, cpuFamily }: Offer): string {
  return `${instanceType} ${zone} ${architecture} ${cpuFamily}`.toLowerCase();
}

export function memoryPerCpu({ memoryGB, cpus }: Offer): number {
  return memoryGB / cpus;
}

export function localSsdPerCpu({ localSsdGB, cpus }: Offer): number {
  return localSsdGB / cpus;
}

export function pricePerCpu({ pricePerHour, cpus }: Offer): number {
  return pricePerHour / cpus;
}
