/** The project's own sections of the template, with every reference to a component as its logical ID. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { type Declared, type Project, SECTIONS, type Section } from "../project/project.ts";
import { compileJobDefinition, JOB_DEFINITION } from "./job-definitions.ts";
import type { Scope } from "./scope.ts";

/** `made` are the resources of components and workflows. */
export function compileTemplate(project: Project, made: JsonObject, scope: Scope): JsonObject {
  const { Transform, Resources } = project.resources;
  const others = SECTIONS.filter((section) => section !== "Resources" && project.resources[section].size > 0);
  return {
    ...(Transform.length > 0 && { Transform }),
    ...Object.fromEntries(others.map((section) => [section, compileSection(section, project, scope)])),
    ...((Resources.size > 0 || Object.keys(made).length > 0) && {
      Resources: { ...compileSection("Resources", project, scope), ...made },
    }),
  };
}

function compileSection(section: Section, project: Project, scope: Scope): JsonObject {
  const entries = [...project.resources[section].values()];
  return Object.fromEntries(entries.map((declared) => [declared.logicalId, compileEntry(declared, project, scope)]));
}

function compileEntry(declared: Declared, project: Project, scope: Scope): Json {
  const rewritten = scope.rewrite(declared.definition, declared, declared.path);
  const entry = isJsonObject(rewritten) ? rewritten : {};
  if (typeof entry.Condition === "string")
    scope.checkCondition(entry.Condition, declared, [...declared.path, "Condition"]);
  const { DependsOn } = entry;
  const compiled = DependsOn === undefined ? entry : { ...entry, DependsOn: dependencies(DependsOn, declared, scope) };
  return entry.Type === JOB_DEFINITION ? compileJobDefinition(compiled, declared, project, scope) : compiled;
}

function dependencies(written: Json, declared: Declared, scope: Scope): Json {
  const path = [...declared.path, "DependsOn"];
  const refer = (name: Json): Json => (typeof name === "string" ? scope.refer(name, declared, path) : name);
  return Array.isArray(written) ? written.map(refer) : refer(written);
}
