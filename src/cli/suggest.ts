/** What a shell may put after the words typed so far: commands and options from the table, names from the project. */
import { Command, type Option } from "commander";
import type { CommandEntry } from "./commands.ts";
import type { Io } from "./terminal/io.ts";

/** A shell that waits is worse than one that completes nothing. */
const PATIENCE_MS = 1_000;

/** `words` are those after the program's name; the last is the one being typed. Never throws. */
export async function suggest(
  words: readonly string[],
  commands: readonly CommandEntry[],
  io: Io,
): Promise<readonly string[]> {
  const typed = words.at(-1) ?? "";
  const found = await candidates(words.slice(0, -1), typed, commands, io).catch(() => []);
  return [...new Set(found)].filter((one) => one.startsWith(typed)).sort();
}

async function candidates(
  before: readonly string[],
  typed: string,
  commands: readonly CommandEntry[],
  io: Io,
): Promise<readonly string[]> {
  const [name, ...rest] = before;
  if (name === undefined) return [...commands.map((one) => one.name), "help"];
  if (name === "help") return [...commands.map((one) => one.name), "exit-codes"];
  const entry = commands.find((one) => one.name === name);
  if (entry === undefined) return [];
  const { register } = await entry.load();
  const root = new Command(name);
  register(root, io, () => {});
  const { command, given, option } = descend(root, rest);
  const lookUp = name === "loop" ? loopNames : names;
  if (option !== undefined) return option.argChoices ?? (await lookUp(option.attributeName(), io));
  if (typed.startsWith("-")) return command.options.flatMap(({ long }) => (long ? [long] : [])).concat("--help");
  if (command.commands.length > 0) return command.commands.map((one) => one.name());
  const argument = command.registeredArguments[given] ?? command.registeredArguments.at(-1);
  return argument?.argChoices ?? (await lookUp(argument?.name() ?? "", io));
}

/** Follows the words to the subcommand; `option` is the one whose value comes next. */
function descend(
  root: Command,
  words: readonly string[],
): { command: Command; given: number; option: Option | undefined } {
  let command = root;
  let given = 0;
  let option: Option | undefined;
  for (const word of words) {
    if (option !== undefined) {
      option = undefined;
      continue;
    }
    if (word.startsWith("-")) {
      const found = command.options.find(({ long, short }) => word === long || word === short);
      option = found?.required || found?.optional ? found : undefined;
      continue;
    }
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) given += 1;
    else [command, given] = [next, 0];
  }
  return { command, given, option };
}

/** Of this project, whatever the stage: looking at AWS with every key press would be slow, and would cost. */
async function names(what: string, io: Io): Promise<readonly string[]> {
  if (what === "deployment")
    return (await import("./place/deployments.ts")).listDeployments(io).map(({ name }) => name);
  if (what === "state") return (await import("../state/states.ts")).STATES;
  if (what === "run") return withinPatience(bulkRuns(io));
  const { findProjectToLook } = await import("./place/find-project.ts");
  if (what === "task") return [...findProjectToLook(io, {}, ["tasks"]).tasks.keys()];
  if (what === "feeder") return [...findProjectToLook(io, {}, ["feeders"]).feeders.keys()];
  if (what === "workflow") return [...findProjectToLook(io).workflows.keys()];
  return what.startsWith("payload-id") ? withinPatience(payloadIds(io)) : [];
}

/** After `cirrus loop` a task is one of a loop. */
async function loopNames(what: string, io: Io): Promise<readonly string[]> {
  if (what === "deployment") return names(what, io);
  return withinPatience(namesAtLoops(what, io));
}

async function namesAtLoops(what: string, io: Io): Promise<readonly string[]> {
  const { withLoopPlace } = await import("./place/loop-place.ts");
  const { knownAt } = await import("./loop/loops-at.ts");
  const { tasks, loops } = await withLoopPlace(io, { local: true }, knownAt);
  if (what === "organisation") return tasks.map((key) => key.split("/")[0] ?? "");
  if (what === "only") return loops;
  if (what === "loop|task") return [...loops, ...tasks];
  return what === "task" || what === "task|execution" ? tasks : [];
}

async function payloadIds(io: Io): Promise<readonly string[]> {
  const { withBackend } = await import("./place/backend.ts");
  return withBackend(io, { local: true }, async ({ ports }) => {
    const { items } = await ports.state.list({ limit: 200 });
    return items.map(({ payloadId }) => payloadId);
  });
}

async function bulkRuns(io: Io): Promise<readonly string[]> {
  const { withBulkPlace } = await import("./place/bulk-place.ts");
  return withBulkPlace(io, { local: true }, async ({ runs }) => (await runs.list()).map(({ name }) => name));
}

function withinPatience<T>(work: Promise<readonly T[]>): Promise<readonly T[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly T[]>();
  const timer = setTimeout(() => resolve([]), PATIENCE_MS);
  work.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}
