/** The options that say how a run runs, made from the one table of settings, so that file and options cannot disagree. */
import { type Command, InvalidArgumentError, Option } from "commander";
import * as z from "zod";
import { CONSTRAINTS, type ConstraintGroup } from "../../pool/plan/constraints.ts";
import { hyphened } from "../../queue/config/read-config.ts";
import {
  IDLE_SETTINGS,
  PLACE_SETTINGS,
  RUN_SETTINGS,
  SETTING_NAMES,
  SETTINGS,
  type Setting,
  type SettingName,
  type Settings,
} from "../../queue/config/settings.ts";

type Panels = Readonly<Record<ConstraintGroup, string>>;

const PANELS: Panels = {
  tasks: "Tasks:",
  pool: "Pool (with --pool):",
  instances: "Instances (with --pool):",
};

/** The place has these two for every command. */
const ELSEWHERE: readonly string[] = ["region", "profile"];

/** All of them, or those that a command has a use for. */
export function addSettingOptions(command: Command, names = SETTING_NAMES, panels = PANELS): Command {
  for (const name of names) {
    if (ELSEWHERE.includes(name)) continue;
    const panel = panelOf(name, panels);
    for (const option of optionsOf(name)) {
      if (panel === undefined) option.hideHelp();
      else option.helpGroup(panel);
      command.addOption(option);
    }
  }
  return command;
}

function panelOf(name: SettingName, panels: Panels): string | undefined {
  if (name in RUN_SETTINGS) return name === "queueName" ? undefined : panels.tasks;
  if (name in IDLE_SETTINGS || (name in PLACE_SETTINGS && name !== "zone")) return undefined;
  const constraint = Object.entries(CONSTRAINTS).find(([key]) => key === name);
  return panels[constraint?.[1].group ?? "instances"];
}

function optionsOf(name: SettingName): readonly Option[] {
  const { kind, value, about, schema }: Setting = SETTINGS[name];
  const flag = hyphened(name);
  if (kind === "switch") return [new Option(`--${flag}`, about), new Option(`--no-${flag}`).hideHelp()];
  if (kind === "list") return [new Option(`--${flag} <${value}...>`, about).argParser(listParser(schema))];
  const parse = (text: string) => parsed(schema, kind === "text" ? text : numberOf(text));
  if (kind === "retries") {
    return [
      new Option(`--${flag} [${value}]`, about).argParser(parse),
      new Option(`--no-${flag}`, "not even once").hideHelp(),
    ];
  }
  return [new Option(`--${flag} <${value}>`, about).argParser(parse)];
}

function listParser(schema: z.ZodType) {
  return (text: string, before: readonly unknown[] = []) => [...before, parsed(schema, text)];
}

function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

function parsed(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return value;
  if (Number.isNaN(value)) throw new InvalidArgumentError("expected number, such as 600 or 0.5, without a unit.");
  const reason = result.error.issues[0]?.message ?? z.prettifyError(result.error);
  throw new InvalidArgumentError(`${reason.replace(/^Invalid input: /, "")}.`);
}

/** What was given on the command line, of all that commander read. */
export function settingsOf(options: Readonly<Record<string, unknown>>): Settings {
  const given = SETTING_NAMES.filter((name) => options[name] !== undefined);
  const entries = given.map((name) => [name, SETTINGS[name].schema.parse(options[name])] as const);
  return Object.fromEntries(entries) as Settings; // each has passed the schema of its name
}
