/** Options that say which offers are wanted, and with what boot disk; the same for every command that chooses instances. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { CirrusError, EXIT } from "../../errors.ts";
import { type BootDisk, DISK_TYPES, USUAL_DISK } from "../../offers/boot-disk.ts";
import type { OfferFilter } from "../../offers/filter.ts";
import type { Architecture } from "../../offers/offer.ts";

/** As commander names them. */
export interface FilterOptions extends Omit<OfferFilter, "text"> {
  readonly arch?: Architecture | undefined;
  readonly useSpot?: boolean | undefined;
}

export interface BootDiskOptions {
  readonly bootDiskTypes: readonly string[];
  readonly bootDiskIops?: number | undefined;
  readonly bootDiskThroughput?: number | undefined;
  readonly totalBootDiskSize: number;
  readonly bootDiskBaseSize: number;
  readonly bootDiskPerCpu: number;
  readonly bootDiskPerTask: number;
  readonly cpusPerTask: number;
}

const DEFAULT_TYPES: readonly string[] = [USUAL_DISK];

const RANGES = [
  ["cpu", "CPUs"],
  ["cpu-rank", "rank of the CPU family, 0 (unknown) to 27"],
  ["total-memory", "GB"],
  ["memory-per-cpu", "GB"],
  ["local-ssd", "GB"],
  ["local-ssd-per-cpu", "GB"],
  ["gpus", "GPUs"],
] as const;

export function addFilterOptions(command: Command): Command {
  command
    .option("--architecture <name>", "x86_64 or arm64", parseArchitecture)
    .addOption(new Option("--arch <name>").argParser(parseArchitecture).hideHelp())
    .option("--cpu-family <text>", "part of the family's name: graviton, sapphire")
    .option("--instance-types <regex...>", "regular expressions for the names: ^c7g m7", parseList);
  for (const [name, unit] of RANGES) {
    command.option(`--min-${name} <n>`, unit, parseAmount).option(`--max-${name} <n>`, "", parseAmount);
  }
  return command
    .option("--max-price <usd>", "USD an hour, boot disk included", parseAmount)
    .option("--max-price-per-cpu <usd>", "the same for each CPU", parseAmount)
    .option("--spot", "spot instances only")
    .option("--no-spot", "on-demand instances only")
    .addOption(new Option("--use-spot").hideHelp());
}

export function addBootDiskOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--boot-disk-types <type...>", Object.keys(DISK_TYPES).join(", "))
        .argParser(parseDiskTypes)
        .default(DEFAULT_TYPES, USUAL_DISK),
    )
    .option("--total-boot-disk-size <gb>", "at least so large", parseAmount, 10)
    .option("--boot-disk-base-size <gb>", "what comes before CPUs and tasks", parseAmount, 0)
    .option("--boot-disk-per-cpu <gb>", "what each CPU adds", parseAmount, 0)
    .option("--boot-disk-per-task <gb>", "what each task adds", parseAmount, 0)
    .option("--cpus-per-task <n>", "how many tasks there are follows from it", parseCpusPerTask, 1)
    .option("--boot-disk-iops <n>", "operations a second", parseAmount)
    .option("--boot-disk-throughput <n>", "MB/s", parseAmount);
}

/** Throws a CirrusError where a least is above its most. */
export function filterOf({ arch, architecture = arch, useSpot, spot = useSpot, ...rest }: FilterOptions): OfferFilter {
  const limits = new Map<string, unknown>(Object.entries(rest));
  for (const [name] of RANGES) {
    const least = limits.get(camelCase(`min-${name}`));
    const most = limits.get(camelCase(`max-${name}`));
    if (typeof least !== "number" || typeof most !== "number" || least <= most) continue;
    throw new CirrusError(`Nothing has at least ${least} and at most ${most}: --min-${name}, --max-${name}.`, {
      hint: "Write the smaller number as the least.",
      exitCode: EXIT.usage,
    });
  }
  return { ...rest, architecture, spot };
}

export function bootDiskOf(options: BootDiskOptions): BootDisk {
  return {
    types: options.bootDiskTypes,
    totalGB: options.totalBootDiskSize,
    baseGB: options.bootDiskBaseSize,
    perCpuGB: options.bootDiskPerCpu,
    perTaskGB: options.bootDiskPerTask,
    cpusPerTask: options.cpusPerTask,
    iops: options.bootDiskIops,
    throughput: options.bootDiskThroughput,
  };
}

function parseAmount(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError("Write a number, 0 or more.");
  return value;
}

function parseCpusPerTask(text: string): number {
  const value = parseAmount(text);
  if (value === 0) throw new InvalidArgumentError("Write a number above 0.");
  return value;
}

function parseArchitecture(text: string): Architecture {
  const found = (["x86_64", "arm64"] as const).find((name) => name === text.toLowerCase());
  if (found === undefined) throw new InvalidArgumentError("There are: x86_64, arm64.");
  return found;
}

/** Several words, and several in a word; the comma in `{1,2}` separates nothing. */
function parseList(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(/[\s,]+(?![^{]*\})/).filter(Boolean)];
}

function parseDiskTypes(text: string, before: readonly string[]): readonly string[] {
  const types = parseList(text);
  const unknown = types.find((type) => !(type in DISK_TYPES));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`There are no boot disks ${unknown}, but: ${Object.keys(DISK_TYPES).join(", ")}.`);
  }
  // The first that is named replaces the default, which commander hands over as if it had been.
  return before === DEFAULT_TYPES ? types : [...new Set([...before, ...types])];
}

function camelCase(option: string): string {
  return option.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
