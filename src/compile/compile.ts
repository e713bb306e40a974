/**
 * From a project to what the Serverless Framework deploys: functions, and the sections of a CloudFormation template.
 * Pure, and in an order that the project alone decides, so that the same project gives the same bytes.
 */
import type { Problem } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Project } from "../project/project.ts";
import { reviseBatch } from "./batch/batch-revisions.ts";
import { checkConfig } from "./check/check-config.ts";
import { checkStateMachine } from "./check/check-definition.ts";
import { checkTemplate } from "./check/check-limits.ts";
import { checkLogicalIds } from "./check/check-logical-ids.ts";
import { checkNames } from "./check/check-names.ts";
import { compileFunction } from "./functions.ts";
import { leaveOutUnused } from "./leave-out-unused.ts";
import { compileTemplate } from "./resources.ts";
import { makeScope } from "./scope.ts";
import { compileStateMachine } from "./state-machines.ts";
import { listComponents } from "./template.ts";

export interface Compiled {
  /** By component, in the Serverless Framework's own terms. */
  readonly functions: JsonObject;
  /** Sections of a CloudFormation template. */
  readonly resources: JsonObject;
  /** Whoever deploys refuses to while there are any. */
  readonly problems: readonly Problem[];
  /** What is good to know, such as how near the stack is to a limit. */
  readonly notices: readonly string[];
}

export function compile(project: Project): Compiled {
  // One value that many parts use, such as a variable of the provider, is one problem.
  const problems = new Map<string, Problem>();
  const scope = makeScope(project, (problem) => void problems.set(JSON.stringify(problem), problem));
  checkConfig(project.config, scope);
  checkLogicalIds(project, scope);
  checkNames(project, scope);

  const written: Record<string, Json> = {};
  const made: Record<string, Json> = {};
  for (const component of listComponents(project)) {
    if (component.lambda?.enabled !== true) continue;
    const { definition, resources } = compileFunction(component, component.lambda, project, scope);
    written[component.name] = definition;
    Object.assign(made, resources);
  }
  for (const workflow of project.workflows.values()) {
    if (!workflow.enabled) continue;
    checkStateMachine(workflow, scope);
    Object.assign(made, compileStateMachine(workflow, project, scope));
  }
  // A function may refer to what is revised, too. Done here, so that what is checked is what is deployed; what else the
  // Serverless Framework's template is made of gets its revisions when it is whole (serverless/batch-hooks.ts).
  const template = leaveOutUnused(compileTemplate(project, made, scope), written);
  const { functions: revised = {}, ...resources } = reviseBatch({ ...template, functions: written });
  const functions = isJsonObject(revised) ? revised : {};
  const notices = checkTemplate(resources, functions, project, scope);
  return { functions, resources, problems: [...problems.values()], notices };
}
