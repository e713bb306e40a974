/** The options of `cirrus bulk run` and `cirrus bulk load`: the same here and on AWS. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { PROVIDERS, type Provider } from "../../queue/config/read-config.ts";
import type { TaskFileOptions } from "../../queue/task-file/read-task-file.ts";
import { parseCount } from "../options.ts";
import { addPlaceOptions, type PlaceOptions } from "../place/backend.ts";
import { addSettingOptions } from "./setting-options.ts";

export interface TasksOptions {
  readonly tasks?: string;
  readonly taskFile?: string;
  readonly format?: TaskFileOptions["format"];
  readonly idColumn?: string;
  readonly startTask?: number;
  readonly limit?: number;
  readonly ids?: readonly string[];
}

/** Beside these: what `settingsOf` reads. */
export interface LoadOptions extends PlaceOptions, TasksOptions {
  readonly config?: string;
  readonly provider?: Provider;
  readonly pool?: "batch" | "lambda";
  readonly secondsPerTask?: number;
  readonly offline?: boolean;
  readonly dryRun?: boolean;
}

const FORMATS = ["json", "jsonl", "yaml", "csv"] as const;
const READING = "Task file:";

export function addLoadOptions(command: Command): Command {
  addPlaceOptions(command)
    .option("--config <file>", "YAML file with what would else be options")
    .addOption(new Option("--provider <name>", "where it runs (local, or aws with --stage)").choices([...PROVIDERS]))
    .addOption(new Option("--pool <kind>", "machines of the stage that run it").choices(["batch", "lambda"]))
    .option(
      "--seconds-per-task <s>",
      "how long one takes, to plan a pool; without it max-runtime is counted",
      parseSeconds,
    )
    .option("--offline", "plan a pool with prices as they were last read, or recorded")
    .option("-n, --dry-run", "say what would be done, and change nothing")
    .addOption(
      reading("--tasks <file>", "JSON, JSONL, YAML or CSV, also .gz; a path, URL, module, or - for standard input"),
    )
    .addOption(reading("--task-file <file>", "the same as --tasks").hideHelp())
    .addOption(reading("--format <format>", "where the file's name does not say it").choices([...FORMATS]))
    .addOption(reading("--id-column <name>", "column of a CSV file that holds the IDs (task_id, id)"))
    .addOption(reading("--start-task <n>", "entry to begin with (1)").argParser(parseCount))
    .addOption(reading("--limit <n>", "so many entries").argParser(parseCount))
    .addOption(reading("--ids <ids...>", "these entries alone"));
  return addSettingOptions(command);
}

function reading(flags: string, description: string): Option {
  return new Option(flags, description).helpGroup(READING);
}

export function parseSeconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("Write a number of seconds above 0.");
}
