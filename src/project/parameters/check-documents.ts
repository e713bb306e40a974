/** The documents that lie beside components: example payloads of workflows and tasks, and the events of feeders. */
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Problem } from "../../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import { taskParameters } from "../../payload/parameters.ts";
import { type Payload, parsePayload } from "../../payload/payload.ts";
import { jsonPath } from "../../payload/problems.ts";
import type { Component, Project, Source } from "../project.ts";
import { readGiven } from "./check-feeder-calls.ts";
import { checkTaskParameters } from "./check-task-parameters.ts";
import { checkValue, membersOf, unknownMembers } from "./check-value.ts";
import { type AskParameters, askParameters } from "./read-parameters.ts";

/** Every one of them: what a task would leave out in silence is a problem in an example. */
export async function checkDocuments(
  project: Project,
  ask: AskParameters = askParameters,
): Promise<readonly Problem[]> {
  const workflows = [...project.workflows.values()].flatMap((workflow) => {
    const document = readDocument(project, workflow.directory, "payload.json");
    return document === undefined ? [] : [{ ...checkExample(document, workflow.name, project), own: isOwn(workflow) }];
  });
  const payloads = workflows.flatMap(({ file, payload, own }) =>
    payload === undefined || !own ? [] : [{ file, payload }],
  );
  const found = await checkTaskParameters(
    payloads.map(({ payload }) => payload),
    project,
    ask,
  );
  return [
    ...workflows.flatMap(({ problems }) => problems),
    ...found.flatMap(({ problems, warnings }, index) => {
      // A name that the project does not have is told of as that.
      const own = [...problems, ...warnings.filter((one) => one.code !== "unknown-task" || isTask(one, project))];
      return own.map((problem) => ({ ...problem, file: payloads[index]?.file }));
    }),
    ...(await checkComponents(project, ask)),
  ];
}

/** What comes with the package is tested with it. */
function isOwn({ source }: { readonly source: Source }): boolean {
  return source === "project";
}

interface Document {
  /** As problems name it. */
  readonly file: string;
  readonly text: string;
}

function readDocument({ root }: Project, directory: string, name: string): Document | undefined {
  const path = join(directory, name);
  return existsSync(path) ? { file: relative(root, path), text: readFileSync(path, "utf8") } : undefined;
}

interface Example {
  readonly file: string;
  readonly payload?: Payload;
  readonly problems: readonly Problem[];
}

/** It is a payload, for this workflow, and names workflows and tasks that there are. */
function checkExample({ file, text }: Document, workflow: string, project: Project): Example {
  const read = parseJson(text, "example payload");
  if ("problem" in read) return { file, problems: [{ ...read.problem, file }] };
  const parsed = parsePayload(read.value);
  if ("problems" in parsed) return { file, problems: parsed.problems.map((problem) => ({ ...problem, file })) };
  const definitions = parsed.payload.process.flat();
  const [first] = definitions;
  const other: Problem = {
    code: "other-workflow",
    message: `The example payload of the workflow ${workflow} is for ${first?.workflow}`,
    path: "$.process[0].workflow",
  };
  const problems = [
    ...(first?.workflow === workflow ? [] : [other]),
    ...definitions.flatMap((definition) => checkNames(definition, project)),
  ];
  return { file, payload: parsed.payload, problems: problems.map((problem) => ({ ...problem, file })) };
}

function parseJson(text: string, what: string): { readonly value: Json } | { readonly problem: Problem } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: { code: "not-json", message: `The ${what} is not JSON: ${String(error)}` } };
  }
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
      .filter((task) => !hasTask(task, project) && !project.mayDeclare(task))
      .map((task) => unknown("task", task, project.tasks.keys())),
  ];
}

function hasTask(name: string, { tasks, functions }: Project): boolean {
  return tasks.has(name) || functions.has(name);
}

function isTask({ path = "" }: Problem, project: Project): boolean {
  return [...project.tasks.keys()].some((name) => path.endsWith(jsonPath(["tasks", name]).slice(1)));
}

/** A task's own payload.json says what the task takes, and a feeder's event.json what it is called with. */
async function checkComponents(project: Project, ask: AskParameters): Promise<readonly Problem[]> {
  const components = [...project.tasks.values(), ...project.feeders.values()];
  const documents = components.filter(isOwn).flatMap((component) => {
    const name = component.kind === "task" ? "payload.json" : "event.json";
    const document = readDocument(project, component.directory, name);
    return document === undefined ? [] : [{ component, document }];
  });
  const { schemas } = await ask(documents.map(({ component }) => component));
  return documents.flatMap(({ component, document: { file, text } }) => {
    const read = parseJson(text, component.kind === "task" ? "payload" : "event");
    if ("problem" in read) return [{ ...read.problem, file }];
    const schema = schemas.get(component);
    if (schema === undefined) return [];
    return checkDocument(component, schema, read.value).map((problem) => ({ ...problem, file }));
  });
}

function checkDocument(component: Component, schema: JsonObject, value: Json): readonly Problem[] {
  const { name, kind } = component;
  const { given, place } = kind === "feeder" ? { given: value, place: [] } : givenTo(name, value);
  const unknown = isJsonObject(given) ? unknownMembers(schema, given) : [];
  const beforehand = kind === "feeder" ? readGiven(component) : undefined;
  const whole = isJsonObject(given) && beforehand?.parameters ? { ...beforehand.parameters, ...given } : given;
  return [
    ...checkValue(schema, whole, place),
    ...unknown.map((member) => ({
      ...{ code: "unknown-parameter", path: jsonPath([...place, member]) },
      ...{ message: `${name} has no parameter ${member}`, hint: suggest(member, membersOf(schema) ?? []) },
    })),
  ];
}

/** A payload for a task alone need not name a workflow, or be more than an item. */
function givenTo(task: string, value: Json): { readonly given: Json; readonly place: readonly PropertyKey[] } {
  const process = isJsonObject(value) && Array.isArray(value.process) ? value.process : [];
  const [first = {}]: readonly Json[] = process;
  const place = ["process", 0, "tasks", task];
  const tasks = isJsonObject(first) && isJsonObject(first.tasks) ? first.tasks : {};
  const own = tasks[task];
  return { given: isJsonObject(own) ? taskParameters({ workflow: task, tasks: { [task]: own } }, task) : {}, place };
}
