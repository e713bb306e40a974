/** The parts of a project as `cirrus show` speaks of them: which kinds there are, and where a part comes from. */
import { realpathSync } from "node:fs";
import { CirrusError, EXIT } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import type { BulkPart, Component, Declared, Project, Workflow } from "../../project/project.ts";
import { PACKAGE_FOLDER } from "../place/package-folder.ts";

export type PartKind = "tasks" | "feeders" | "functions" | "workflows";
export type ShownKind = PartKind | "cloudformation" | "config";

/** As people write them: the seed's `show task <name> readme` is singular. */
const SPELLINGS: Readonly<Record<string, ShownKind>> = {
  task: "tasks",
  tasks: "tasks",
  feeder: "feeders",
  feeders: "feeders",
  function: "functions",
  functions: "functions",
  workflow: "workflows",
  workflows: "workflows",
  cloudformation: "cloudformation",
  cf: "cloudformation",
  config: "config",
};

export const KINDS: readonly ShownKind[] = ["tasks", "feeders", "functions", "workflows", "cloudformation", "config"];

export function requireKind(word: string): ShownKind {
  const kind = Object.hasOwn(SPELLINGS, word) ? SPELLINGS[word] : undefined;
  if (kind !== undefined) return kind;
  throw new CirrusError(`There is nothing called ${word} to show.`, {
    hint: suggest(word, KINDS),
    exitCode: EXIT.usage,
  });
}

export type Part = Component | Workflow;

export function isWorkflow(part: Part): part is Workflow {
  return "stateMachineName" in part;
}

export function partsOf(project: Project, kind: PartKind): readonly Part[] {
  return [...project[kind].values()];
}

export function requirePart(project: Project, kind: PartKind, name: string): Part {
  const part = project[kind].get(name);
  if (part !== undefined) return part;
  throw new CirrusError(`There is no ${kind.slice(0, -1)} ${name} in this project.`, {
    hint: suggest(name, project[kind].keys()) ?? `Make one: npx cirrus create ${kind.slice(0, -1)} ${name}`,
    exitCode: EXIT.notFound,
  });
}

/** In the package's own checkout the project's parts are the built-in ones. */
export function originOf(project: Project, part: Pick<Part | Declared, "source">): "built-in" | "project" {
  return project.root === realpathSync(PACKAGE_FOLDER) ? "built-in" : part.source;
}

/** What a component can run as; what is switched off says so. */
export function runsAs(part: Part): readonly string[] {
  if (isWorkflow(part)) return part.enabled ? [] : [DISABLED];
  if (!part.enabled) return [DISABLED];
  const ways = [
    ["lambda", part.lambda],
    ["batch", part.batch],
    ["bulk", part.bulk],
  ] as const;
  // One that comes with Cirrus runs here as it is, and is deployed where a feeder of the project uses it.
  if (part.kind === "feeder" && part.source === "built-in" && part.lambda?.enabled === false) return ["cirrus feed"];
  return ways.flatMap(([name, way]) => (way === undefined ? [] : [way.enabled ? name : `${name} ${DISABLED}`]));
}

const DISABLED = "DISABLED";

/** The whole definition with every variable replaced and references in their long form. */
export function definitionOf(part: Part): JsonObject {
  if (isWorkflow(part)) return part.settings;
  const { uses, description, enabled, environment, lambda, batch, bulk } = part;
  return {
    ...(uses === undefined ? {} : { uses }),
    ...(description === undefined ? {} : { description }),
    enabled,
    ...(Object.keys(environment).length === 0 ? {} : { environment }),
    ...(lambda === undefined ? {} : { lambda: { ...lambda.settings, enabled: lambda.enabled } }),
    ...(batch === undefined ? {} : { batch: { enabled: batch.enabled, resources: batch.resources } }),
    ...(bulk === undefined ? {} : { bulk: bulkDefinition(bulk) }),
  };
}

function bulkDefinition({ enabled, command, handler, settings }: BulkPart): JsonObject {
  return { enabled, ...(command === undefined ? { handler } : { command }), ...settings };
}
