/**
 * From a project to what the Serverless Framework deploys: functions, and the sections of a CloudFormation template.
 * Pure and in the order of names, so that the same project gives the same bytes.
 */
import type { Problem } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { type Declared, type Project, SECTIONS, type Section } from "../project/project.ts";
import { compileFunction } from "./functions.ts";
import { compileJobDefinition, JOB_DEFINITION } from "./job-definitions.ts";
import { listComponents, makeScope, type Scope } from "./scope.ts";
import { compileStateMachine } from "./state-machines.ts";

export interface Compiled {
  /** By component, in the Serverless Framework's own terms. */
  readonly functions: JsonObject;
  /** Sections of a CloudFormation template. */
  readonly resources: JsonObject;
  /** Whoever deploys refuses to while there are any. */
  readonly problems: readonly Problem[];
}

export function compile(project: Project): Compiled {
  // One value that many parts use, such as a variable of the provider, is one problem.
  const problems = new Map<string, Problem>();
  const scope = makeScope(project, (problem) => void problems.set(JSON.stringify(problem), problem));
  const functions: Record<string, Json> = {};
  const made: Record<string, Json> = {};
  for (const component of listComponents(project)) {
    if (component.lambda?.enabled !== true) continue;
    const { definition, resources } = compileFunction(component, component.lambda, project, scope);
    functions[component.name] = definition;
    Object.assign(made, resources);
  }
  for (const workflow of project.workflows.values()) {
    if (workflow.enabled) Object.assign(made, compileStateMachine(workflow, project, scope));
  }
  const resources = compileSections(project, made, scope);
  return { functions, resources, problems: [...problems.values()] };
}

function compileSections(project: Project, made: JsonObject, scope: Scope): JsonObject {
  const sections = SECTIONS.map((section) => [section, compileSection(section, project, scope)] as const);
  const { Resources = {}, ...others } = Object.fromEntries(sections);
  const filled = Object.entries(others).filter(([, members]) => Object.keys(members).length > 0);
  const { Transform } = project.resources;
  return {
    ...(Transform.length > 0 && { Transform }),
    ...Object.fromEntries(filled),
    Resources: { ...Resources, ...made },
  };
}

function compileSection(section: Section, project: Project, scope: Scope): JsonObject {
  const entries = [...project.resources[section].values()];
  return Object.fromEntries(
    entries.map((declared) => [declared.logicalId, compileEntry(section, declared, project, scope)]),
  );
}

function compileEntry(section: Section, declared: Declared, project: Project, scope: Scope): JsonObject {
  const rewritten = scope.rewrite(declared.definition, declared, declared.path);
  const entry = isJsonObject(rewritten) ? rewritten : {};
  if (section !== "Resources" || entry.Type !== JOB_DEFINITION) return entry;
  return compileJobDefinition(entry, declared, project, scope);
}
