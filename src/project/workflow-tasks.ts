/** Which tasks a workflow runs, and as what: read from its states and what they refer to. */
import { isJsonObject, type Json } from "../json.ts";
import { listStates } from "./list-states.ts";
import type { Component, Project, Workflow } from "./project.ts";

export interface WorkflowTask {
  readonly task: Component;
  /** In the order in which its states name them. */
  readonly runsAs: readonly ("lambda" | "batch")[];
  /** The states that run it. */
  readonly states: readonly string[];
}

/** In the order of the states. */
export function tasksOf(
  workflow: Pick<Workflow, "definition">,
  project: Pick<Project, "tasks" | "resources">,
): readonly WorkflowTask[] {
  const found = new Map<string, WorkflowTask>();
  for (const { name, state } of listStates(workflow.definition, [])) {
    if (state.Type !== "Task") continue;
    const called = [state.Resource, state.Parameters, state.Arguments].flatMap((part) => namesIn(part ?? null));
    for (const [task, way] of called.flatMap((one) => calledTask(one, project))) {
      const { runsAs = [], states = [] } = found.get(task.name) ?? {};
      found.set(task.name, {
        task,
        runsAs: runsAs.includes(way) ? runsAs : [...runsAs, way],
        states: states.includes(name) ? states : [...states, name],
      });
    }
  }
  return [...found.values()];
}

function calledTask(
  name: string,
  { tasks, resources }: Pick<Project, "tasks" | "resources">,
): (readonly [Component, "lambda" | "batch"])[] {
  const declared = resources.Resources.get(name);
  const owner = declared?.definition.Type === "AWS::Batch::JobDefinition" ? declared.task : undefined;
  const task = tasks.get(owner ?? name);
  return task === undefined ? [] : [[task, owner === undefined ? "lambda" : "batch"]];
}

/** What a value refers to, in whichever form: `Ref`, `Fn::GetAtt`, `Fn::Sub`. */
function namesIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((member: Json) => namesIn(member));
  if (!isJsonObject(value)) return [];
  const { Ref: reference, "Fn::GetAtt": attribute, "Fn::Sub": text } = value;
  if (typeof reference === "string") return [reference];
  if (Array.isArray(attribute) && typeof attribute[0] === "string") return [attribute[0]];
  const template = Array.isArray(text) ? text[0] : text;
  if (typeof template === "string")
    return [...template.matchAll(/\$\{([^}.!]+)/g)].flatMap(([, name]) => name?.trim() ?? []);
  return Object.values(value).flatMap((member) => namesIn(member ?? null));
}
