/** Options that say which offers are wanted: those of pools, so that a list shows what a plan may choose from, and prices. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { EXIT, ProblemsError } from "../../errors.ts";
import type { OfferFilter } from "../../offers/filter.ts";
import type { Architecture } from "../../offers/offer.ts";
import {
  CONSTRAINT_NAMES,
  CONSTRAINTS,
  constraintProblems,
  type PoolConstraints,
} from "../../pool/plan/constraints.ts";
import { addSettingOptions, settingsOf } from "../bulk/setting-options.ts";

/** Those that are not options of pools; the others come from the table of settings. */
export interface FilterOptions {
  readonly architecture?: Architecture | undefined;
  readonly arch?: Architecture | undefined;
  readonly spot?: boolean | undefined;
  readonly useSpot?: boolean | undefined;
  readonly maxPrice?: number | undefined;
  readonly maxPricePerCpu?: number | undefined;
  readonly filter?: string | undefined;
}

/** Here every architecture is shown and on-demand prices as well, which pools do not have unless told to. */
const OWN: ReadonlySet<string> = new Set(["architecture", "useSpot", "localSsdBaseSize"]);
/** The disk grows with what these say. */
const OF_TASKS: ReadonlySet<string> = new Set(["cpusPerTask", "bootDiskPerTask"]);

const NAMES = CONSTRAINT_NAMES.filter(
  (name) => OF_TASKS.has(name) || (CONSTRAINTS[name].group === "instances" && !OWN.has(name)),
);

const PANELS = { instances: "Instances:", tasks: "Tasks:", pool: "Pool:" };

export function addFilterOptions(command: Command): Command {
  addSettingOptions(command, NAMES, PANELS);
  const own = [
    new Option("--architecture <name>", "x86_64 or arm64").argParser(parseArchitecture),
    new Option("--arch <name>").argParser(parseArchitecture).hideHelp(),
    new Option("--spot", "spot instances only"),
    new Option("--no-spot", "on-demand instances only"),
    new Option("--use-spot").hideHelp(),
    new Option("--max-price <USD>", "price an hour at most, boot disk included").argParser(parsePrice),
    new Option("--max-price-per-cpu <USD>", "the same for each vCPU").argParser(parsePrice),
    new Option("--filter <text>", "type, zone, architecture or CPU family with this in it"),
  ];
  for (const option of own) command.addOption(option.helpGroup(PANELS.instances));
  return command;
}

/** Throws a ProblemsError where a least is above its most. */
export function filterOf(options: FilterOptions): {
  readonly constraints: PoolConstraints;
  readonly filter: OfferFilter;
} {
  const { arch, architecture = arch, useSpot, spot = useSpot, maxPrice, maxPricePerCpu, filter: text } = options;
  const constraints: PoolConstraints = settingsOf({ ...options });
  // Which option it is stands in each message.
  const problems = constraintProblems(constraints).map((problem) => ({ ...problem, path: undefined }));
  if (problems.length > 0) throw new ProblemsError("Nothing can be like this:", problems, { exitCode: EXIT.usage });
  return { constraints, filter: { ...constraints, architecture, spot, maxPrice, maxPricePerCpu, text } };
}

function parseArchitecture(text: string): Architecture {
  const parsed = CONSTRAINTS.architecture.schema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError("There are: x86_64, arm64.");
}

function parsePrice(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError("Write a number of dollars, 0 or more.");
  return value;
}
