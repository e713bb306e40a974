/** The flags of constraints, the same for every command that chooses instances or plans a pool. */
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  CONSTRAINT_GROUPS,
  CONSTRAINT_NAMES,
  CONSTRAINTS,
  type ConstraintGroup,
  type ConstraintName,
  type PoolConstraints,
  writtenName,
} from "../../pool/plan/constraints.ts";

const TITLES: Readonly<Record<ConstraintGroup, string>> = {
  instances: "Instances:",
  tasks: "What a task needs:",
  pool: "Pool and budgets:",
};

/** A flag for every constraint of these groups. No flag has a default, so that what a file says stands. */
export function addPoolOptions(command: Command, groups: readonly ConstraintGroup[] = CONSTRAINT_GROUPS): Command {
  for (const name of CONSTRAINT_NAMES) {
    const { group } = CONSTRAINTS[name];
    if (groups.includes(group))
      for (const option of optionsOf(name)) command.addOption(option.helpGroup(TITLES[group]));
  }
  return command;
}

function optionsOf(name: ConstraintName): readonly Option[] {
  const { kind, value, about } = CONSTRAINTS[name];
  const flag = writtenName(name);
  if (kind === "switch") return [new Option(`--${flag}`, about), new Option(`--no-${flag}`, `never ${about}`)];
  const parse = (text: string, before: unknown) => {
    const given = kind === "number" ? toNumber(text) : text;
    const parsed = parseOne(name, given);
    return kind === "list" ? [before ?? [], parsed].flat() : parsed;
  };
  return [new Option(`--${flag} <${value}>`, about).argParser(parse)];
}

function toNumber(text: string): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(number)) throw new InvalidArgumentError("Write a number.");
  return number;
}

function parseOne(name: ConstraintName, given: unknown): unknown {
  const parsed = CONSTRAINTS[name].schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const reason = parsed.error.issues[0]?.message ?? "not valid";
  throw new InvalidArgumentError(`${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`);
}

/** The constraints among the options of a command. */
export function readPoolOptions(options: Readonly<Record<string, unknown>>): PoolConstraints {
  const given = CONSTRAINT_NAMES.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]));
  return Object.fromEntries(given) as PoolConstraints; // each was parsed by its own schema
}
