/** Everything that can be wrong with a project, found without running or deploying anything. */
import { checkEvents } from "../compile/check/check-events.ts";
import { checkHandlers } from "../compile/check/check-handlers.ts";
import { compile } from "../compile/compile.ts";
import type { Problem } from "../errors.ts";
import { bindLocally } from "../project/local/local.ts";
import { askOnce } from "../project/parameters/ask-once.ts";
import { checkDocuments } from "../project/parameters/check-documents.ts";
import { checkFeederCalls } from "../project/parameters/check-feeder-calls.ts";
import { checkFlags } from "../project/parameters/check-flags.ts";
import type { Project } from "../project/project.ts";
import { withoutConsequences } from "../yaml/consequences.ts";
import { type Io, paint } from "./terminal/io.ts";

/** In the order of files and lines. `read` are the problems that reading the project found. */
export async function checkProject(
  project: Project,
  read: readonly Problem[],
  ask = askOnce(),
): Promise<readonly Problem[]> {
  const local = bindLocally(project, { environment: {} }).problems;
  const compiled = [...compile(project).problems, ...checkHandlers(project), ...checkEvents(project)];
  const said = [
    ...(await checkDocuments(project, ask)),
    ...(await checkFlags(project, ask)),
    ...(await checkFeederCalls(project, ask)),
  ];
  // What the one finds the other may find too, in the same place.
  const found = new Map<string, Problem>();
  for (const problem of withoutConsequences([...read, ...local, ...compiled, ...said])) {
    const { file, line, column, path, message } = problem;
    found.set(JSON.stringify([file, line, column, path, message]), problem);
  }
  return [...found.values()].toSorted(byPlace);
}

function byPlace(a: Problem, b: Problem): number {
  const [one = "", other = ""] = [a.file, b.file];
  if (one !== other) return one < other ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** `4 problems in 2 files`, or how much was looked at. */
export function summariseCheck(io: Pick<Io, "env" | "stderr">, project: Project, problems: readonly Problem[]): string {
  if (problems.length > 0) {
    const files = new Set(problems.map(({ file }) => file)).size;
    const mark = paint(io, io.stderr, "red", "✗");
    return `${mark} ${count(problems.length, "problem")} in ${count(files, "file")}.`;
  }
  const { tasks, workflows, feeders, functions, resources } = project;
  const parts = [
    count(tasks.size, "task"),
    count(workflows.size, "workflow"),
    count(feeders.size, "feeder"),
    count(functions.size, "function"),
    count(resources.Resources.size, "declared resource"),
  ];
  return `${paint(io, io.stderr, "green", "✓")} No problems: ${parts.join(", ")}.`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
