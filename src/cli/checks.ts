/** Everything that can be wrong with a project, found without running or deploying anything. */
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { checkEvents } from "../compile/check/check-events.ts";
import { checkHandlers } from "../compile/check/check-handlers.ts";
import { compile } from "../compile/compile.ts";
import type { Problem } from "../errors.ts";
import { isJsonObject, type Json } from "../json.ts";
import { suggest } from "../nearest.ts";
import { parsePayload } from "../payload/payload.ts";
import { bindLocally } from "../project/local/local.ts";
import type { Project } from "../project/project.ts";
import { withoutConsequences } from "../yaml/consequences.ts";
import { type Io, paint } from "./terminal/io.ts";

/** In the order of files and lines. `read` are the problems that reading the project found. */
export function checkProject(project: Project, read: readonly Problem[]): readonly Problem[] {
  const local = bindLocally(project, { environment: {} }).problems;
  const compiled = [...compile(project).problems, ...checkHandlers(project), ...checkEvents(project)];
  // What the one finds the other may find too, in the same place.
  const found = new Map<string, Problem>();
  for (const problem of withoutConsequences([...read, ...local, ...compiled, ...checkPayloads(project)])) {
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

/** The example payload beside a workflow is one, and names workflows and tasks that there are. */
function checkPayloads(project: Project): Problem[] {
  return [...project.workflows.values()].flatMap(({ directory, name }) => {
    const path = join(directory, "payload.json");
    if (!existsSync(path)) return [];
    const file = relative(project.root, path);
    return checkPayload(readFileSync(path, "utf8"), project, name).map((problem) => ({ ...problem, file }));
  });
}

function checkPayload(text: string, project: Project, workflow: string): Problem[] {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return [{ code: "not-json", message: `The example payload is not JSON: ${String(error)}` }];
  }
  const parsed = parsePayload(value);
  if ("problems" in parsed) return [...parsed.problems];
  const definitions = parsed.payload.process.flat();
  const [first] = definitions;
  const other: Problem[] =
    first?.workflow === workflow
      ? []
      : [
          {
            code: "other-workflow",
            message: `The example payload of the workflow ${workflow} is for ${first?.workflow}`,
            path: "$.process[0].workflow",
          },
        ];
  return [...other, ...definitions.flatMap((definition) => checkNames(definition, project))];
}

function checkNames(definition: { readonly workflow: string; readonly tasks?: unknown }, project: Project): Problem[] {
  const tasks = isJsonObject(definition.tasks) ? Object.keys(definition.tasks) : [];
  const unknown = (kind: string, name: string, known: Iterable<string>): Problem => ({
    code: `unknown-${kind}`,
    message: `The example payload names the ${kind} ${name}, which the project does not have`,
    hint: suggest(name, known),
  });
  return [
    ...(project.workflows.has(definition.workflow) || project.mayDeclare(definition.workflow)
      ? []
      : [unknown("workflow", definition.workflow, project.workflows.keys())]),
    ...tasks
      .filter((task) => !project.tasks.has(task) && !project.functions.has(task) && !project.mayDeclare(task))
      .map((task) => unknown("task", task, project.tasks.keys())),
  ];
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
