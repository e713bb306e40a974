/**
 * What `cirrus feed` and `cirrus feeder run` have in common: a feeder is named, and only then is it known which options
 * there are. So what stands behind the name is parsed by a command that is made for that feeder.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { CirrusError, EXIT } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import { addPlaceOptions, type PlaceOptions } from "../place/backend.ts";
import type { Io } from "../terminal/io.ts";
import { findFeeder } from "./find-feeder.ts";
import { type LoadedFeeder, loadFeeder } from "./load-feeder.ts";
import { type ParameterFlag, parameterFlags } from "./parameter-flags.ts";

export interface FeedCommand<Options extends PlaceOptions> {
  /** As it is typed: `cirrus feed`. */
  readonly called: string;
  readonly description: string;
  /** One line, or the lines that are continued. */
  readonly example: readonly string[];
  addOptions(command: Command): void;
  /** `typed`: the parameters that were given as options. */
  run(feeder: LoadedFeeder, event: string | undefined, typed: JsonObject, options: Options): Promise<void>;
}

export function registerFeed<Options extends PlaceOptions>(
  command: Command,
  io: Io,
  { called, description, example, addOptions, run }: FeedCommand<Options>,
): void {
  // What the program hands down to its commands comes after this, and would take both back.
  command.parent?.hook("preSubcommand", () => void command.helpOption(false).allowExcessArguments());
  command
    .description(description)
    .argument("[feeder]", "a folder in feeders/; feed-stac-api is found as stac-api too")
    .argument(
      "[event]",
      "what it is called with: a JSON file, - for standard input. Left out, the parameters are options; without any, it is the event.json beside the feeder, or what its schedule calls it with",
    )
    .usage("<feeder> [event] [options]")
    .allowUnknownOption()
    .addHelpText(
      "after",
      `\nSee the options of a feeder: ${called} <feeder> --help\n\nExample:\n  ${example.join(" \\\n    ")}`,
    )
    .action(async () => {
      const [name, ...rest] = command.args;
      if (name === "--help" || name === "-h") return command.outputHelp();
      if (name === undefined || name.startsWith("-")) {
        throw new CirrusError("No feeder was named.", {
          hint: `Name it first: ${example.join(" ")}`,
          exitCode: EXIT.usage,
        });
      }
      const feeder = await loadFeeder(findFeeder(name, io));
      const own = new Command(`${called} ${name}`).copyInheritedSettings(command).helpOption("-h, --help");
      own.description(feeder.component.description ?? "").argument("[event]", "a JSON file, - for standard input");
      // In the help parameters come before the options that all feeders have, whose names they may not take.
      const general = new Command();
      for (const add of [addOptions, addPlaceOptions]) add(general);
      const flags = flagsOf(feeder, general, io);
      for (const { option } of flags) own.addOption(option.helpGroup("Parameters:"));
      for (const add of [addOptions, addPlaceOptions]) add(own);
      own.action((event: string | undefined, options: Options) => run(feeder, event, typedIn(own, flags), options));
      await own.parseAsync(rest, { from: "user" });
    });
}

function flagsOf({ schema }: LoadedFeeder, general: Command, { cwd }: Io): readonly ParameterFlag[] {
  return parameterFlags(schema ?? {}, general, (file) => readText(resolve(cwd, file), file));
}

function typedIn(command: Command, flags: readonly ParameterFlag[]): JsonObject {
  const typed = flags.flatMap(({ parameter, option, read }) => {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) !== "cli") return [];
    const value: unknown = command.getOptionValue(name);
    return [[parameter, read(Array.isArray(value) ? value : [])] as const];
  });
  return Object.fromEntries(typed);
}

function readText(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new CirrusError(`${shown} cannot be read.`, { cause, exitCode: EXIT.notFound });
  }
}
