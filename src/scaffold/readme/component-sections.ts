/** What a task's or feeder's README says of it: its parameters, what it runs as, the errors it ends with. */
import { isJsonObject, type JsonObject } from "../../json.ts";
import { parameterRows } from "../../project/parameters/parameter-rows.ts";
import type { Component } from "../../project/project.ts";
import { errorsTable } from "./errors-table.ts";
import { markdownTable, type Sections } from "./sections.ts";

export function componentSections(component: Component, schema: JsonObject | undefined): Sections {
  return {
    parameters: schema && { heading: "Parameters", text: parametersText(component, schema) },
    "runs-as": { heading: "Runs as", text: runsAsText(component) },
    errors:
      component.kind === "task" && component.bulk === undefined
        ? { heading: "Errors", text: errorsTable(component) }
        : undefined,
  };
}

function parametersText({ kind }: Component, schema: JsonObject): string {
  const rows = parameterRows(schema);
  if (rows.length === 0) return `The ${kind} takes no parameters.`;
  return markdownTable(
    ["parameter", "type", "default", "meaning"],
    rows.map(({ name, type, required, default: value, meaning }) => [
      `\`${name}\``,
      type.replaceAll(/"[^"]*"/g, (text) => `\`${text}\``),
      value === undefined ? (required ? "required" : "") : `\`${value}\``,
      meaning,
    ]),
  );
}

function runsAsText(component: Component): string {
  const { lambda, bulk, kind, name } = component;
  const ways = [
    ...(lambda === undefined ? [] : [["Lambda", `\`${name}\``, `${lambda.memorySize} MB`, seconds(lambda.timeout)]]),
    ...jobsOf(component),
    ...(bulk === undefined ? [] : [["bulk run", bulkHow(component), memoryOf(bulk.settings), timeOf(bulk.settings)]]),
  ];
  const table = markdownTable(["runs as", "name", "memory", "time limit"], ways);
  if (kind !== "feeder" || lambda?.enabled !== false) return `${table}${usesText(component)}`;
  return `${table}\n\n${switchedOff(component)}`;
}

function usesText({ uses, kind }: Component): string {
  return uses === undefined ? "" : `\n\nIts code is that of the ${kind} \`${uses}\`.`;
}

/** Nothing calls a built-in feeder until a project says what does. */
function switchedOff({ name }: Component): string {
  return `Nothing calls it by itself: a feeder of a project has its code with \`uses: ${name}\`, and says what calls it. Here it runs as
\`npx cirrus feed ${name.replace(/^feed-/, "")}\`, or with an event in a file: \`npx cirrus feeder run ${name} event.json\`.`;
}

function seconds(count: number): string {
  if (count % 3600 === 0) return `${count / 3600} h`;
  return count % 60 === 0 ? `${count / 60} min` : `${count} s`;
}

function jobsOf({ batch }: Component): readonly (readonly string[])[] {
  const resources = isJsonObject(batch?.resources.Resources) ? batch.resources.Resources : {};
  return Object.entries(resources).flatMap(([id, resource]) => {
    if (!isJsonObject(resource) || resource.Type !== "AWS::Batch::JobDefinition") return [];
    const properties = isJsonObject(resource.Properties) ? resource.Properties : {};
    const container = isJsonObject(properties.ContainerProperties) ? properties.ContainerProperties : {};
    const timeout = isJsonObject(properties.Timeout) ? properties.Timeout.AttemptDurationSeconds : undefined;
    return [["Batch job", `\`${id}\``, sizeOf(container), typeof timeout === "number" ? seconds(timeout) : "none"]];
  });
}

function sizeOf({ ResourceRequirements: requirements }: JsonObject): string {
  const needs = Array.isArray(requirements) ? requirements.filter(isJsonObject) : [];
  const need = (type: string) => {
    const value = needs.find(({ Type }) => Type === type)?.Value;
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
  };
  const [memory, cpus] = [need("MEMORY"), need("VCPU")];
  return [memory && `${memory} MB`, cpus && `${cpus} vCPU${cpus === "1" ? "" : "s"}`].filter(Boolean).join(", ");
}

function bulkHow({ name, bulk }: Component): string {
  return `\`${bulk?.command?.join(" ") ?? `npx cirrus bulk run ${name}`}\``;
}

function memoryOf({ maxMemoryAllowedPerTask: gigabytes }: NonNullable<Component["bulk"]>["settings"]): string {
  return gigabytes === undefined ? "the worker's" : `${gigabytes} GB a task`;
}

function timeOf({ maxRuntime }: NonNullable<Component["bulk"]>["settings"]): string {
  return maxRuntime === undefined ? "none" : seconds(maxRuntime);
}
