/** `cirrus pool plan`: which instances a run would be given, what it would cost and how long it would take. Starts nothing. */
import { type Command, InvalidArgumentError } from "commander";
import { CONSTRAINT_NAMES } from "../../pool/plan/constraints.ts";
import { readBulkConfig } from "../../queue/config/read-config.ts";
import { resolveSettings } from "../../queue/config/resolve-settings.ts";
import { addSettingOptions, settingsOf } from "../bulk/setting-options.ts";
import { addCatalogueOptions, type CatalogueOptions, openCatalogue } from "../catalog/open-catalogue.ts";
import { parseLimit } from "../options.ts";
import type { Io } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions } from "../terminal/output.ts";
import { planFromOffers } from "./plan-pool.ts";
import { printPlans } from "./plan-view.ts";

interface PlanOptions extends CatalogueOptions, OutputOptions {
  readonly config?: string;
  readonly zone?: string;
  readonly entries: number;
  readonly secondsPerTask?: number;
  readonly spent?: number;
  readonly limit: number;
}

const PANELS = { tasks: "Tasks:", pool: "Pool:", instances: "Instances:" };

export function addPlan(pool: Command, io: Io): void {
  const command = pool
    .command("plan")
    .description("Plan the instances of a bulk run from what is offered now: several plans, the cheapest first.")
    .requiredOption("--entries <n>", "entries to be done", parseEntries)
    .option("--seconds-per-task <s>", "how long one takes; without it max-runtime is counted", parseSeconds)
    .option("--spent <usd>", "what the run has cost so far", parseMoney)
    .option("--config <file>", "configuration file of the run, under what is given here")
    .option("--limit <n>", "no more plans than so many", parseLimit, 10)
    .option("-z, --zone <name>", "only what this zone has");
  addFormats(addCatalogueOptions(command), ["table", "json", "jsonl", "yaml"]);
  addSettingOptions(command, CONSTRAINT_NAMES, PANELS)
    .addHelpText(
      "after",
      `
Examples:
  cirrus pool plan --entries 10000 --seconds-per-task 90
  cirrus pool plan --entries 10000 --seconds-per-task 90 \\
    --use-spot --max-total-cost 20
  cirrus pool plan --entries 500 --config tasks.yml \\
    --min-memory-per-task 8 --offline`,
    )
    .action((options: PlanOptions) => plan(io, options));
}

async function plan(io: Io, options: PlanOptions): Promise<void> {
  const { entries, secondsPerTask, spent, limit } = options;
  const config = options.config === undefined ? undefined : readBulkConfig(options.config, io.cwd);
  const given = settingsOf({ ...options });
  const { settings } = resolveSettings({ options: given, config, provider: "aws", task: undefined });
  const zone = options.zone ?? settings.zone;
  const { region = settings.region, profile = settings.profile } = options;
  const opened = await openCatalogue(io, { ...options, region, profile, zone });
  const work = { entries, secondsPerTask, spent };
  const plans = await planFromOffers(io, opened, { constraints: settings, work, zone });
  printPlans(io, formatOf(options), plans.slice(0, limit));
}

function parseEntries(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("Write a whole number from 1.");
  return value;
}

function parseSeconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("Write a number of seconds above 0.");
  return value;
}

function parseMoney(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError("Write a number of dollars, 0 or more.");
  return value;
}
