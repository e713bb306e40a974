/** Lists of a kind's parts, and one part in short. */
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import type { JsonObject } from "../../json.ts";
import { parameterRows } from "../../project/parameters/parameter-rows.ts";
import type { Component, Project, Workflow } from "../../project/project.ts";
import { tasksOf } from "../../project/workflow-tasks.ts";
import { type Io, paint } from "../terminal/io.ts";
import { renderTable } from "../terminal/table.ts";
import { isWorkflow, originOf, type Part, type PartKind, partsOf, runsAs } from "./parts.ts";

/** The schema of `cirrus show <kind> -o json`. */
export function summarise(project: Project, part: Part): JsonObject {
  return {
    name: part.name,
    source: originOf(project, part),
    enabled: part.enabled,
    ...(isWorkflow(part) ? {} : { lambda: part.lambda?.enabled ?? false, batch: part.batch?.enabled ?? false }),
    description: part.description ?? null,
    directory: part.directory,
  };
}

export function renderList(io: Io, project: Project, kind: PartKind): string {
  const parts = partsOf(project, kind);
  const titles = ["name", "source", ...(kind === "workflows" ? [] : ["runs as"]), "description"];
  const columns = titles.map((title, index) => ({
    title: paint(io, io.stdout, "bold", title),
    grows: index === titles.length - 1,
  }));
  const rows = parts.map((part) => {
    const ways = runsAs(part).join(", ");
    const description = part.description ?? "";
    const cells = [part.name, `(${originOf(project, part)})`];
    if (kind !== "workflows") return [...cells, ways, description];
    return [...cells, ways === "" ? description : `${ways} ${description}`];
  });
  return renderTable(columns, rows, io.stdout.isTTY ? io.stdout.columns : undefined);
}

/** One part in short, and what more can be asked of it. */
export function renderSummary(
  io: Io,
  project: Project,
  kind: PartKind,
  part: Part,
  schema: JsonObject | undefined,
): string {
  const singular = kind.slice(0, -1);
  const title = `${paint(io, io.stdout, "bold", part.name)} (${originOf(project, part)})`;
  const facts = [
    ["folder", relative(io.cwd, part.directory) || "."],
    ...(isWorkflow(part) ? [["state machine", part.stateMachineName] as const] : componentFacts(part, project)),
    ["files", readdirSync(part.directory).sort().join(", ")],
  ] as const;
  const [first, ...rows] = facts
    .filter(([, text]) => text !== "")
    .map(([name, text]) => [paint(io, io.stdout, "dim", name), text] as const);
  const table = renderTable([{ title: first?.[0] ?? "" }, { title: first?.[1] ?? "" }], rows);
  const commands = detailsOf(part).map((detail) => `npx cirrus show ${singular} ${part.name} ${detail}`);
  const parameters = schema === undefined ? "" : `\n\n${renderParameters(io, schema)}`;
  return `${title}\n${part.description ?? ""}\n\n${table}${parameters}\n\nSee also:\n  ${commands.join("\n  ")}`;
}

function renderParameters(io: Io, schema: JsonObject): string {
  const rows = parameterRows(schema);
  if (rows.length === 0) return paint(io, io.stdout, "dim", "It has no parameters.");
  const columns = ["parameter", "type", "default", "meaning"].map((title, index) => ({
    title: paint(io, io.stdout, "dim", title),
    grows: index === 3,
  }));
  const cells = rows.map((row) => [row.name, row.type, row.default ?? (row.required ? "required" : ""), row.meaning]);
  return renderTable(columns, cells, io.stdout.isTTY ? io.stdout.columns : undefined);
}

function componentFacts(part: Component, project: Project): (readonly [string, string])[] {
  const { lambda, batch } = part;
  const workflows = [...project.workflows.values()].filter((workflow) => isUsedBy(workflow, part, project));
  const declared = batch === undefined ? [] : Object.keys(resourcesOf(batch.resources));
  return [
    ["runs as", runsAs(part).join(", ")],
    ["lambda", lambda === undefined ? "" : `${lambda.memorySize} MB, ${lambda.timeout} s`],
    ["batch", declared.join(", ")],
    ["uses", part.uses ?? ""],
    ["used by", workflows.map(({ name }) => name).join(", ")],
  ];
}

function resourcesOf(template: JsonObject): JsonObject {
  const { Resources } = template;
  return typeof Resources === "object" && Resources !== null && !Array.isArray(Resources)
    ? (Resources as JsonObject)
    : {};
}

/** A Batch job's definition has a name of its own. */
function isUsedBy(workflow: Workflow, { kind, name }: Component, project: Project): boolean {
  if (kind === "task") return tasksOf(workflow, project).some(({ task }) => task.name === name);
  return mentions(workflow.definition, name);
}

/** A state machine names a Lambda by `Fn::GetAtt: [name, Arn]` or `Ref: name`. */
function mentions(definition: JsonObject, name: string): boolean {
  const text = JSON.stringify(definition);
  const quoted = JSON.stringify(name);
  return text.includes(`"Fn::GetAtt":[${quoted},`) || text.includes(`"Ref":${quoted}`);
}

export const DETAILS = ["definition", "readme", "handler", "payload", "schema"] as const;
export type Detail = (typeof DETAILS)[number];

/** Those that a part has. */
export function detailsOf(part: Part): readonly Detail[] {
  return DETAILS.filter((detail) => {
    if (detail === "definition") return true;
    return detail === "schema" ? mayHaveSchema(part) : fileOf(part, detail) !== undefined;
  });
}

/** Whether it gives one is known only when its handler is loaded. */
function mayHaveSchema(part: Part): boolean {
  return isWorkflow(part) || (part.kind !== "function" && handlerOf(part) !== undefined);
}

/** The file behind a detail, if it is there. */
export function fileOf(part: Part, detail: Exclude<Detail, "definition" | "schema">): string | undefined {
  if (detail === "handler") return isWorkflow(part) ? undefined : handlerOf(part);
  const file = join(part.directory, detail === "readme" ? "README.md" : "payload.json");
  return existsSync(file) ? file : undefined;
}

/** A task that runs in Batch alone has its handler in the image, and its source may lie beside the definition. */
function handlerOf(part: Component): string | undefined {
  const beside = ["handler.ts", "handler.js"]
    .map((name) => join(part.codeDirectory, name))
    .find((file) => existsSync(file));
  return part.lambda?.handlerFile ?? beside;
}
