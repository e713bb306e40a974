/** Finds what a bulk run is to run: a task of the project, a module, or any program. */
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve, sep } from "node:path";
import type { BulkTask } from "../../bulk/bulk-run.ts";
import { findProgram } from "../../embedded/jobs/job-command.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { suggest } from "../../nearest.ts";
import { findProjectRoot } from "../../project/find-root.ts";
import type { Component, Project } from "../../project/project.ts";
import { withoutConsequences } from "../../yaml/consequences.ts";
import type { PlaceOptions } from "../place/backend.ts";
import { findProject, refuse } from "../place/find-project.ts";
import type { Io } from "../terminal/io.ts";

export interface FoundTask {
  readonly task: BulkTask;
  /** What the run is called after. */
  readonly name: string;
  readonly project: Project | undefined;
  readonly component: Component | undefined;
}

const MODULES = [".ts", ".mts", ".js", ".mjs", ".cjs"];
/** What programs are mostly called, to be suggested. */
const PROGRAMS = [".py", ".sh", ".r", ".jl"];

/** `word` is what people wrote; `args` are for a program alone. */
export function findTask(
  io: Pick<Io, "cwd" | "env">,
  word: string,
  args: readonly string[],
  place: PlaceOptions,
): FoundTask {
  const read = findProjectRoot(io.cwd) === undefined ? undefined : findProject(io, place, ["tasks"]);
  const component = read?.project.tasks.get(word);
  // One whose definition cannot be read is not among the tasks, and yet it is what was meant.
  const folder = component === undefined ? join("tasks", word) : dirname(component.shown);
  const problems = withoutConsequences(read?.problems ?? []);
  refuse(problems.filter(({ file = "" }) => file.startsWith(`${folder}${sep}`)));
  if (component !== undefined && read !== undefined) {
    refuse(problems.filter(({ file }) => file === "cirrus.yml"));
    if (args.length > 0) throw refuseArguments(word);
    requireEnabled(component);
    return { task: { kind: "task", name: word }, name: word, project: read.project, component };
  }
  const path = resolve(io.cwd, word);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  if (!isFile) throw notFound(io, word, args, read?.project);
  const name = basename(word, extname(word));
  if (MODULES.includes(extname(word).toLowerCase())) {
    if (args.length > 0) throw refuseArguments(word);
    return { task: { kind: "module", file: path }, name, project: read?.project, component: undefined };
  }
  return { task: { kind: "command", command: [path, ...args] }, name, project: read?.project, component: undefined };
}

function requireEnabled({ name, shown, enabled, bulk, lambda }: Component): void {
  if (!enabled || bulk?.enabled === false) {
    throw new CirrusError(`The task ${name} is disabled.`, { where: shown, exitCode: EXIT.config });
  }
  if (bulk !== undefined || lambda?.handlerFile !== undefined) return;
  throw new CirrusError(`The task ${name} has nothing that a bulk run could run.`, {
    where: shown,
    hint: "Give it a handler of defineWorker, or a `bulk:` section with a command.",
    exitCode: EXIT.config,
  });
}

function refuseArguments(word: string): CirrusError {
  return new CirrusError(`${word} takes no arguments: each entry's data is its input.`, {
    hint: "Arguments are for programs, such as ./my_worker.py.",
    exitCode: EXIT.usage,
  });
}

function notFound(
  io: Pick<Io, "cwd" | "env">,
  word: string,
  args: readonly string[],
  project: Project | undefined,
): CirrusError {
  const isPath = word.includes("/") || extname(word) !== "";
  const tasks = [...(project?.tasks.values() ?? [])]
    .filter(({ source }) => source === "project")
    .map(({ name }) => name);
  const files = programsIn(io.cwd);
  const known = isPath ? files : [...tasks, ...files];
  const advice =
    project === undefined || isPath
      ? "Name a program or a module by its path: ./my_worker.py, ./worker.ts"
      : "Make one: npx cirrus create task my-task --type bulk";
  return new CirrusError(
    isPath
      ? `There is no file ${word}.`
      : `There is no task ${word}${project === undefined ? " (and no project here)" : " in this project"}, and no file of this name.`,
    { hint: meant(io, word, args) ?? suggest(word, known) ?? advice, exitCode: EXIT.notFound },
  );
}

/** `python3 my_worker.py` is written where a shell runs programs, and so is the bare name of one. */
function meant({ cwd, env }: Pick<Io, "cwd" | "env">, word: string, [first]: readonly string[]): string | undefined {
  if (word.includes("/")) return undefined;
  const program = first !== undefined && statSync(resolve(cwd, first), { throwIfNoEntry: false })?.isFile();
  if (program) return `Name the program itself: npx cirrus bulk run ./${first} --tasks <file>`;
  const found = findProgram(word, cwd, env.PATH ?? "");
  return found.found ? `Name a program by its path: ${found.path}` : undefined;
}

function programsIn(folder: string): readonly string[] {
  const endings = [...MODULES, ...PROGRAMS];
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return files.flatMap(({ name }) => (endings.includes(extname(name).toLowerCase()) ? [`./${name}`] : []));
}
