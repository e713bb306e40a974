/** `cirrus catalog instance-types`: types at their prices, those that meet every constraint, in the order that is asked for. */
import type { Command } from "commander";
import { type Excluded, filterOffers, memoryPerCpu, pricePerCpu } from "../../offers/filter.ts";
import type { Offer } from "../../offers/offer.ts";
import { SORT_KEYS, sortOffers } from "../../offers/sort.ts";
import { bootDiskOf } from "../../pool/plan/work.ts";
import { parseLimit } from "../options.ts";
import type { Io } from "../terminal/io.ts";
import { addFormats, type Format, formatOf, type OutputOptions, printRows } from "../terminal/output.ts";
import type { Column } from "../terminal/table.ts";
import { addFilterOptions, type FilterOptions, filterOf } from "./filter-options.ts";
import { addCatalogueOptions, type CatalogueOptions, openCatalogue, sayOrigin } from "./open-catalogue.ts";

interface ListOptions extends CatalogueOptions, OutputOptions, FilterOptions {
  readonly zone?: string;
  readonly sortBy: string;
  readonly limit?: number;
  readonly detail?: boolean;
}

/** As pools choose: the cheapest CPU, and of equals the largest. */
const USUAL_ORDER = "price_per_cpu,-cpus";

export function addInstanceTypes(catalog: Command, io: Io): void {
  const command = catalog
    .command("instance-types")
    .description("List instance types with their prices on demand and as spot instances, boot disk included.");
  addFormats(addCatalogueOptions(command), ["table", "json", "jsonl", "yaml", "name"])
    .option("-z, --zone <name>", "only what this zone has")
    .option("--sort-by <keys>", "keys with commas between, - before one for descending", USUAL_ORDER)
    .option("--limit <n>", "no more than so many", parseLimit)
    .option("--detail", "with rank, ratios and what the price is made of");
  addFilterOptions(command)
    .addHelpText(
      "after",
      `
Keys to sort by:
${listed(SORT_KEYS)}

Examples:
  cirrus catalog instance-types --arch ARM64 --max-cpu 4 --max-memory-per-cpu 4
  cirrus catalog instance-types --instance-types ^c7 ^c8 --spot --sort-by price
  cirrus catalog instance-types --min-gpus 1 --no-spot --offline -o json`,
    )
    .action((options: ListOptions) => list(io, options));
}

/** In lines of at most 80 columns. */
function listed(names: readonly string[]): string {
  return (names.join(", ").match(/.{1,78}(?: |$)/g) ?? []).map((line) => `  ${line.trimEnd()}`).join("\n");
}

async function list(io: Io, options: ListOptions): Promise<void> {
  const { constraints, filter } = filterOf(options);
  const bootDisk = bootDiskOf(constraints);
  // What is written wrongly is said before AWS is asked for thousands of prices.
  sortOffers([], options.sortBy);
  filterOffers([], filter);
  const opened = await openCatalogue(io, options);
  const all = await opened.catalogue.list({
    region: opened.region,
    zone: options.zone,
    spot: filter.spot,
    bootDiskGB: bootDisk.totalGB,
    bootDisk,
  });
  const { offers, excluded } = filterOffers(all, filter);
  const sorted = sortOffers(offers, options.sortBy).slice(0, options.limit);
  await sayOrigin(io, opened);
  print(io, formatOf(options), sorted, options.detail === true, noneOf(all.length, excluded, opened.region, options));
}

function print(io: Io, format: Format, offers: readonly Offer[], detail: boolean, none: string): void {
  const rows = format === "name" ? [...new Map(offers.map((offer) => [offer.instanceType, offer])).values()] : offers;
  if (rows.length === 0 && format !== "table") io.stderr.write(`${none}\n`);
  // An offer is there once for each kind of disk that is asked for.
  const disks = new Set(offers.map(({ bootDiskType }) => bootDiskType)).size > 1;
  const columns = COLUMNS.filter(
    ({ detail: isDetail, title }) => detail || !isDetail || (disks && title === BOOT_DISK),
  );
  printRows(io, format, rows.map(withRatios), {
    columns,
    cells: (offer) => columns.map(({ cell }) => cell(offer)),
    name: ({ instanceType }) => instanceType,
    none,
  });
  if (format === "table" && rows.some(({ estimated }) => estimated)) {
    io.stderr.write("~ estimated: a part of the price is a typical one and not AWS's own.\n");
  }
}

function withRatios(offer: Offer) {
  return { ...offer, memoryPerCpuGB: memoryPerCpu(offer), pricePerCpuHour: Number(pricePerCpu(offer).toFixed(6)) };
}

interface OfferColumn extends Column {
  readonly detail?: boolean;
  cell(offer: ReturnType<typeof withRatios>): string;
}

function figure(title: string, cell: OfferColumn["cell"], detail = false): OfferColumn {
  return { title, align: "right", detail, cell };
}

const BOOT_DISK = "boot disk";

const COLUMNS: readonly OfferColumn[] = [
  { title: "type", cell: ({ instanceType }) => instanceType },
  { title: "zone", cell: ({ zone = "all" }) => zone },
  { title: "bought", cell: ({ spot }) => (spot ? "spot" : "on demand") },
  { title: "arch", cell: ({ architecture }) => architecture },
  { title: "CPU family", spare: 1, cell: ({ cpuFamily }) => cpuFamily },
  figure("rank", ({ cpuRank }) => String(cpuRank), true),
  figure("CPUs", ({ cpus }) => String(cpus)),
  figure("GB", ({ memoryGB }) => short(memoryGB)),
  figure("GB/CPU", ({ memoryPerCpuGB }) => short(memoryPerCpuGB), true),
  { ...figure("SSD GB", ({ localSsdGB }) => (localSsdGB === 0 ? "–" : short(localSsdGB))), spare: 2 },
  figure("GPUs", ({ gpus }) => (gpus === 0 ? "–" : String(gpus))),
  figure("instance $/h", ({ instancePricePerHour }) => instancePricePerHour.toFixed(4), true),
  {
    title: BOOT_DISK,
    detail: true,
    cell: ({ bootDiskGB, bootDiskType = "" }) => `${short(bootDiskGB)} GB ${bootDiskType}`,
  },
  figure("disk $/h", ({ bootDiskPricePerHour }) => bootDiskPricePerHour.toFixed(5), true),
  figure("$/h", ({ pricePerHour, estimated }) => `${estimated ? "~" : ""}${pricePerHour.toFixed(4)}`),
  figure("$/CPU/h", ({ pricePerCpuHour }) => pricePerCpuHour.toFixed(5)),
  figure(
    "taken back/h",
    ({ interruptionsPerHour: share }) => (share === undefined ? "–" : `${short(share * 100)} %`),
    true,
  ),
];

function short(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** Why a list is empty, and what to change. */
function noneOf(count: number, excluded: readonly Excluded[], region: string, { zone }: ListOptions): string {
  const where = zone ?? region;
  if (count === 0) return `Nothing is offered in ${where}. See the zones there are: npx cirrus catalog regions --zones`;
  const lines = excluded.map(({ constraint, count: failing, alone }) => {
    const back = alone > 0 ? `; without it there would be ${alone}` : "";
    return `  ${constraint} excludes ${failing}${back}`;
  });
  const loosen = excluded[0]?.alone === 0 ? "\nNo one of them is to blame alone: loosen several." : "";
  return `None of the ${count} offers in ${where} meets all constraints:\n${lines.join("\n")}${loosen}`;
}
