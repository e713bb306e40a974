/** Orders offers by several keys: `price_per_cpu,-cpus` has the cheapest CPU first, and the larger of two equals. */
import { CirrusError, EXIT } from "../errors.ts";
import { suggest } from "../nearest.ts";
import { localSsdPerCpu, memoryPerCpu, pricePerCpu } from "./filter.ts";
import type { Offer } from "./offer.ts";

type Value = string | number;

interface SortKey {
  readonly names: readonly [string, ...string[]];
  readonly valueIn: (offer: Offer) => Value;
}

/** The first name is the one that help shows; hyphens, underscores and case make no difference. */
const KEYS: readonly SortKey[] = [
  { names: ["instance_type", "type", "name", "t"], valueIn: (offer) => offer.instanceType },
  { names: ["region", "r"], valueIn: (offer) => offer.region },
  { names: ["zone", "z"], valueIn: (offer) => offer.zone ?? "" },
  { names: ["architecture", "arch", "a"], valueIn: (offer) => offer.architecture },
  { names: ["cpu_family", "family", "processor", "processor_type", "f"], valueIn: (offer) => offer.cpuFamily },
  { names: ["cpu_rank", "rank", "performance_rank", "cr"], valueIn: (offer) => offer.cpuRank },
  { names: ["cpus", "cpu", "vcpu", "vcpus", "v", "c"], valueIn: (offer) => offer.cpus },
  { names: ["memory", "mem", "mem_gb", "ram", "total_memory", "m"], valueIn: (offer) => offer.memoryGB },
  { names: ["memory_per_cpu", "mem_per_cpu", "ram_per_cpu", "mpc"], valueIn: memoryPerCpu },
  { names: ["local_ssd", "local_ssd_gb", "lssd", "ssd", "l"], valueIn: (offer) => offer.localSsdGB },
  { names: ["local_ssd_per_cpu", "lssd_per_cpu", "ssd_per_cpu", "lpc"], valueIn: localSsdPerCpu },
  { names: ["gpus", "gpu", "g"], valueIn: (offer) => offer.gpus },
  { names: ["spot"], valueIn: (offer) => Number(offer.spot) },
  { names: ["instance_price", "ip"], valueIn: (offer) => offer.instancePricePerHour },
  { names: ["boot_disk", "boot_disk_gb", "disk", "storage"], valueIn: (offer) => offer.bootDiskGB },
  { names: ["boot_disk_type", "disk_type"], valueIn: (offer) => offer.bootDiskType ?? "" },
  { names: ["boot_disk_price", "disk_price"], valueIn: (offer) => offer.bootDiskPricePerHour },
  { names: ["price", "total_price", "total", "cost", "p", "tp"], valueIn: (offer) => offer.pricePerHour },
  { names: ["price_per_cpu", "total_price_per_cpu", "cost_per_cpu", "ppc", "tppc"], valueIn: pricePerCpu },
  { names: ["price_per_gb", "price_per_memory", "ppg"], valueIn: (offer) => offer.pricePerHour / offer.memoryGB },
  {
    names: ["interruptions", "interruption_rate", "i"],
    // Where nobody says how often, it may be often.
    valueIn: (offer) => offer.interruptionsPerHour ?? Number.POSITIVE_INFINITY,
  },
];

const BY_NAME = new Map(KEYS.flatMap(({ names, valueIn }) => names.map((name) => [name, valueIn] as const)));

/** What help lists. */
export const SORT_KEYS: readonly string[] = KEYS.map(({ names: [name] }) => name);

/** Commas between the keys, `-` before one for descending; equal offers keep their order. Throws a CirrusError for an unknown key. */
export function sortOffers(offers: readonly Offer[], keys: string): readonly Offer[] {
  const parsed = keys
    .split(",")
    .map((key) => key.trim())
    .filter(Boolean)
    .map(parseKey);
  return offers.toSorted((a, b) => {
    for (const { valueIn, sign } of parsed) {
      const order = compare(valueIn(a), valueIn(b));
      if (order !== 0) return sign * order;
    }
    return 0;
  });
}

function parseKey(text: string) {
  const descending = text.startsWith("-");
  const name = text.replace(/^[-+]/, "").toLowerCase().replaceAll("-", "_");
  const valueIn = BY_NAME.get(name);
  if (valueIn !== undefined) return { valueIn, sign: descending ? -1 : 1 };
  throw new CirrusError(`Offers cannot be sorted by "${text}".`, {
    hint: suggest(name, SORT_KEYS),
    exitCode: EXIT.usage,
  });
}

function compare(a: Value, b: Value): number {
  if (typeof a === "string" || typeof b === "string") return naturally.compare(String(a), String(b));
  const [one, other] = [significant(a), significant(b)];
  return one === other ? 0 : one < other ? -1 : 1;
}

/** Prices per CPU of the sizes of one family are the same but for the last bits. */
function significant(value: number): number {
  return Number(value.toPrecision(6));
}

/** c7g.2xlarge before c7g.16xlarge. */
const naturally = new Intl.Collator("en", { numeric: true });
