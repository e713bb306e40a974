/** A task's definition as it is deployed: its job definitions with the environment that they inherit. */
import { compileJobDefinition, JOB_DEFINITION } from "../../compile/job-definitions.ts";
import { makeScope } from "../../compile/scope.ts";
import { isJsonObject, type JsonObject } from "../../json.ts";
import type { Component, Project } from "../../project/project.ts";
import { definitionOf } from "./parts.ts";

export function completeDefinition(project: Project, part: Component): JsonObject {
  const definition = definitionOf(part);
  if (part.batch === undefined) return definition;
  // References that lead nowhere are what `cirrus check` is for.
  const scope = makeScope(project, () => {});
  const declared = [...project.resources.Resources.values()].filter(({ task }) => task === part.name);
  const jobs = declared.flatMap((resource) => {
    const { definition: written, logicalId } = resource;
    if (!isJsonObject(written) || written.Type !== JOB_DEFINITION) return [];
    return [[logicalId, compileJobDefinition(written, resource, project, scope)] as const];
  });
  const { Resources } = part.batch.resources;
  const resources = { ...(isJsonObject(Resources) ? Resources : {}), ...Object.fromEntries(jobs) };
  return {
    ...definition,
    batch: { enabled: part.batch.enabled, resources: { ...part.batch.resources, Resources: resources } },
  };
}
