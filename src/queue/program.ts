/** What runs for each entry of a bulk run: an export of a module, or a command. */
import { accessSync, constants, statSync } from "node:fs";
import { extname, relative, resolve } from "node:path";
import type { BulkTask } from "../bulk/bulk-run.ts";
import { findProgram as findExecutable } from "../embedded/jobs/job-command.ts";
import { wholeEnvironment } from "../env.ts";
import { CirrusError, EXIT } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { Component, Project } from "../project/project.ts";

export type Program =
  | { readonly kind: "module"; readonly file: string; readonly exportName: string }
  | { readonly kind: "command"; readonly command: readonly string[]; readonly directory: string };

/** The name that every handler of a project has. */
const HANDLER = "handler";

/** Looked for before anything runs: what is not there would fail every entry. */
export function findProgram(task: BulkTask, project: Pick<Project, "tasks"> | undefined, cwd: string): Program {
  if (task.kind === "task") return programOf(findTask(task.name, project), cwd);
  if (task.kind === "module") return moduleProgram(resolve(cwd, task.file), HANDLER);
  return commandProgram(task.command, cwd, cwd);
}

function findTask(name: string, project: Pick<Project, "tasks"> | undefined): Component {
  const found = project?.tasks.get(name);
  if (found !== undefined) return found;
  if (project === undefined) {
    throw new CirrusError(`There is no project here, and so no task ${name}`, {
      hint: `For a program write a path: ./${name}`,
      exitCode: EXIT.notFound,
    });
  }
  const near = nearest(name, [...project.tasks.keys()]);
  throw new CirrusError(`There is no task ${name}`, {
    hint: near === undefined ? "`npx cirrus show tasks` lists them." : `Did you mean ${near}?`,
    exitCode: EXIT.notFound,
  });
}

function programOf(task: Component, cwd: string): Program {
  const { bulk, lambda } = task;
  if (bulk?.command !== undefined) return commandProgram(bulk.command, task.directory, cwd);
  const part = bulk ?? lambda;
  if (part?.handlerFile === undefined) {
    throw new CirrusError(`The task ${task.name} has no handler that a bulk run could call`, {
      where: task.shown,
      hint: "Add `bulk: {}` beside a handler.ts that exports defineWorker(…), or `bulk.command` with a program.",
      exitCode: EXIT.config,
    });
  }
  return moduleProgram(part.handlerFile, part.handler.slice(part.handler.lastIndexOf(".") + 1));
}

function moduleProgram(file: string, exportName: string): Program {
  if (isFile(file)) return { kind: "module", file, exportName };
  throw new CirrusError(`There is no file ${file}`, { exitCode: EXIT.notFound });
}

/** A Python file that is not marked as executable is run by `python3`: most are not. */
function commandProgram(command: readonly string[], directory: string, cwd: string): Program {
  const [program = "", ...args] = command;
  const own = resolve(directory, program);
  const named = !program.includes("/") && isFile(own) ? own : program;
  if (extname(named) === ".py" && isFile(resolve(directory, named)) && !isExecutable(resolve(directory, named))) {
    return commandProgram(["python3", resolve(directory, named), ...args], directory, cwd);
  }
  const found = findExecutable(named, directory, wholeEnvironment().PATH ?? "");
  if (found.found) return { kind: "command", command: [found.path, ...args], directory };
  throw new CirrusError(`${program} cannot be run: ${found.reason}`, {
    hint: isFile(own) ? `chmod +x ${relative(cwd, own)}` : undefined,
    exitCode: isFile(own) ? EXIT.config : EXIT.notFound,
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    return false;
  }
}
