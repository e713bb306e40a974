/** Checks what a payload says to the tasks of its workflows, before anything runs. */
import type { Problem } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import { nearest, suggest } from "../../nearest.ts";
import { taskParameters } from "../../payload/parameters.ts";
import { type Payload, type ProcessDefinition, placedDefinitions } from "../../payload/payload.ts";
import { jsonPath } from "../../payload/problems.ts";
import { listStates } from "../list-states.ts";
import type { Component, Project, Workflow } from "../project.ts";
import { tasksOf, type WorkflowTask } from "../workflow-tasks.ts";
import { checkValue, membersOf, unknownMembers } from "./check-value.ts";
import { type AskParameters, askParameters, readParameters } from "./read-parameters.ts";

export interface Findings {
  /** What a task would end INVALID with. */
  readonly problems: readonly Problem[];
  /** What runs, but most likely not as it was meant: a task leaves out parameters that it does not know. */
  readonly warnings: readonly Problem[];
}

type ReadableProject = Pick<Project, "tasks" | "workflows" | "resources">;

/**
 * One for each payload, in their order; every schema is read once. Undefined schemas check nothing, and neither do
 * workflows that the project does not have.
 */
export async function checkTaskParameters(
  payloads: readonly Payload[],
  project: ReadableProject,
  ask: AskParameters = askParameters,
): Promise<readonly Findings[]> {
  const names = new Set(payloads.flatMap(({ process }) => process.flat().map(({ workflow }) => workflow)));
  const workflows = [...names].flatMap((name) => project.workflows.get(name) ?? []);
  const read = workflows.map((workflow) => [workflow.name, { workflow, tasks: tasksOf(workflow, project) }] as const);
  const known = new Map(read);
  const tasks = new Set(read.flatMap(([, { tasks }]) => tasks.map(({ task }) => task)));
  const { schemas } = await ask(tasks);
  return payloads.map(({ process }) => {
    const problems: Problem[] = [];
    const warnings: Problem[] = [];
    for (const { definition, place } of placedDefinitions(process)) {
      const one = known.get(definition.workflow);
      if (one === undefined) {
        warnings.push(...mistyped(definition.workflow, place, project));
        continue;
      }
      for (const task of one.tasks) problems.push(...checkTask(task, definition, place, one.workflow, schemas));
      warnings.push(...strayTasks(definition, place, one.workflow, one.tasks));
      warnings.push(...strayParameters(definition, place, one.workflow, one.tasks, schemas));
    }
    return { problems, warnings };
  });
}

/** One that is like nothing here is for another project. */
function mistyped(name: string, place: readonly PropertyKey[], project: ReadableProject): readonly Problem[] {
  return nearest(name, project.workflows.keys()) === undefined ? [] : [unknownWorkflow(name, place, project)];
}

export const UNKNOWN_WORKFLOW = "unknown-workflow";

function unknownWorkflow(name: string, place: readonly PropertyKey[], { workflows }: ReadableProject): Problem {
  const message = `there is no workflow ${name} in this project`;
  const path = jsonPath([...place, "workflow"]);
  return { code: UNKNOWN_WORKFLOW, path, message, hint: suggest(name, workflows.keys()) };
}

/**
 * Workflows that the project does not have, for payloads that nothing but this project runs. One whose definition cannot
 * be read just now is none of them: what runs may know it from before.
 */
export function unknownWorkflows(
  { process }: Payload,
  project: ReadableProject & Pick<Project, "mayDeclare">,
): readonly Problem[] {
  return placedDefinitions(process)
    .filter(({ definition: { workflow } }) => !project.workflows.has(workflow) && !project.mayDeclare(workflow))
    .map(({ definition, place }) => unknownWorkflow(definition.workflow, place, project));
}

type Schemas = ReadonlyMap<Component, JsonObject>;

function checkTask(
  { task }: WorkflowTask,
  definition: ProcessDefinition,
  place: readonly PropertyKey[],
  workflow: Workflow,
  schemas: Schemas,
): readonly Problem[] {
  const schema = schemas.get(task);
  if (schema === undefined) return [];
  const named = definition.tasks !== undefined && Object.hasOwn(definition.tasks, task.name);
  const at = [...place, "tasks", task.name];
  const problems = checkValue(schema, taskParameters(definition, task.name), at).map((problem) => ({
    ...problem,
    message: `${task.name}: ${problem.message}`,
  }));
  // Whether the states come to a task that a payload says nothing to, only they know.
  const mayBeLeftOut = !named && listStates(workflow.definition, []).some(({ state }) => state.Type === "Choice");
  return mayBeLeftOut ? problems.filter(({ code }) => code !== "missing-parameter") : problems;
}

function strayTasks(
  { tasks = {}, workflow: name }: ProcessDefinition,
  place: readonly PropertyKey[],
  workflow: Workflow,
  known: readonly WorkflowTask[],
): readonly Problem[] {
  const names = known.map(({ task }) => task.name);
  const text = JSON.stringify(workflow.definition);
  return Object.keys(tasks)
    .filter((task) => !names.includes(task) && !text.includes(`tasks.${task}.`) && !text.includes(`'${task}'`))
    .map((task) => ({
      ...{ code: "unknown-task", path: jsonPath([...place, "tasks", task]) },
      ...{ message: `the workflow ${name} runs no task ${task}`, hint: suggest(task, names) },
    }));
}

/** Those of a task, and those for all tasks that not one of them knows. */
function strayParameters(
  { tasks = {}, workflow_options: forAll = {} }: ProcessDefinition,
  place: readonly PropertyKey[],
  workflow: Workflow,
  known: readonly WorkflowTask[],
  schemas: Schemas,
): readonly Problem[] {
  const text = JSON.stringify(workflow.definition);
  const readByStates = (member: string) => text.includes(`.${member}`);
  const own = known.flatMap(({ task }) => {
    const schema = schemas.get(task);
    const given = tasks[task.name];
    if (schema === undefined || given === undefined) return [];
    return strayMembers(task.name, schema, given, place, (name) => readByStates(`${task.name}.${name}`));
  });
  const all = known.map(({ task }) => schemas.get(task));
  if (all.length === 0 || all.includes(undefined)) return own;
  const options = Object.keys(forAll)
    .filter((name) =>
      all.every((schema) => schema !== undefined && unknownMembers(schema, { [name]: true }).length > 0),
    )
    .filter((name) => !readByStates(`workflow_options.${name}`));
  const members = all.flatMap((schema) => (schema === undefined ? [] : (membersOf(schema) ?? [])));
  return [
    ...own,
    ...options.map((name) =>
      stray(`no task of the workflow has a parameter ${name}`, name, [...place, "workflow_options", name], members),
    ),
  ];
}

/** What a task that is run alone would leave out. */
export async function unknownParameters(task: Component, { process }: Payload): Promise<readonly Problem[]> {
  const schema = await readParameters(task);
  const [first] = placedDefinitions(process);
  const given = first?.definition.tasks?.[task.name];
  if (schema === undefined || first === undefined || given === undefined) return [];
  return strayMembers(task.name, schema, given, first.place, () => false);
}

function strayMembers(
  task: string,
  schema: JsonObject,
  given: JsonObject,
  place: readonly PropertyKey[],
  isReadElsewhere: (member: string) => boolean,
): readonly Problem[] {
  return unknownMembers(schema, given)
    .filter((name) => !isReadElsewhere(name))
    .map((name) => stray(`${task} has no parameter ${name}`, name, [...place, "tasks", task, name], membersOf(schema)));
}

function stray(message: string, name: string, place: readonly PropertyKey[], known: readonly string[] = []): Problem {
  return { code: "unknown-parameter", path: jsonPath(place), message, hint: suggest(name, known) };
}
