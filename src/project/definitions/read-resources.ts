/**
 * Gathers the CloudFormation sections of a project: the package's cloudformation/, the project's, the `resources` of
 * cirrus.yml and the `batch.resources` of every enabled task. A project's entry replaces a built-in one of the same ID.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { nearest } from "../../nearest.ts";
import { formatPath, type Path } from "../../yaml/json-path.ts";
import type { Component, Declared, Resources, Section, Source, Written } from "../project.ts";
import { checkDefinition } from "./check-definition.ts";
import { checkResource } from "./check-resource.ts";
import { templateSchema } from "./definition-schemas.ts";
import { type Layer, type Reading, readDefinition } from "./reading.ts";

/** A template, or the part of a file that is one. */
interface Template extends Written {
  readonly source: Source;
  readonly task: string | undefined;
  readonly directory: string;
  readonly path: Path;
  readonly value: JsonObject;
}

export function readResources(
  layers: readonly Layer[],
  components: readonly Component[],
  reading: Reading,
): { readonly resources: Resources; readonly notices: readonly string[] } {
  const templates = layers.flatMap((layer) => [
    ...readFolder(layer, reading),
    ...(layer.source === "project" ? readConfigResources(reading) : []),
    ...components.filter((component) => component.source === layer.source).flatMap(batchTemplate),
  ]);
  checkResources(templates, reading);
  const notices: string[] = [];
  const section = (name: Section) => gather(name, templates, notices, reading);
  const transforms = templates.flatMap(({ value }) => [value.Transform ?? []].flat()).map(String);
  const resources: Resources = {
    Resources: section("Resources"),
    Outputs: section("Outputs"),
    Conditions: section("Conditions"),
    Mappings: section("Mappings"),
    Parameters: section("Parameters"),
    Rules: section("Rules"),
    Metadata: section("Metadata"),
    Transform: [...new Set(transforms)],
  };
  return { resources, notices };
}

function readFolder(layer: Layer, reading: Reading): Template[] {
  const folder = join(layer.folder, "cloudformation");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => /^[^.].*\.ya?ml$/.test(name));
  return files.sort().flatMap((name) => {
    const read = readDefinition(join(folder, name), layer, reading);
    if (read === undefined) return [];
    checkDefinition(templateSchema, read.value, read.yaml, reading.report);
    const { file, shown, locate, value } = read;
    return [{ file, shown, locate, value, source: layer.source, task: undefined, directory: layer.folder, path: [] }];
  });
}

/** The Serverless Framework allows one template under `resources`, or a list of them. */
function readConfigResources({ config, root, report }: Reading): Template[] {
  const value = config.sections.resources ?? [];
  const listed = Array.isArray(value);
  return [value].flat().flatMap((template: Json, index): Template[] => {
    const path = listed ? ["resources", index] : ["resources"];
    const { file, shown, locate } = config;
    if (!isJsonObject(template)) {
      const message = "resources holds no CloudFormation sections";
      report({ code: "bad-value", message, file: shown, ...locate(path), path: formatPath(path) });
      return [];
    }
    return [{ file, shown, locate, path, value: template, source: "project", task: undefined, directory: root }];
  });
}

function batchTemplate({ name, batch, source, directory, file, shown, locate }: Component): Template[] {
  if (batch === undefined || !batch.enabled) return [];
  return [{ file, shown, locate, source, directory, task: name, path: ["batch", "resources"], value: batch.resources }];
}

/** What is wrong with a resource on its own; those who refer to it find it all the same. */
function checkResources(templates: readonly Template[], reading: Reading): void {
  const written = templates.flatMap((template) =>
    listResources(template.value).map((entry) => [template, ...entry] as const),
  );
  const others = written.map(([, , { Type: type = null }]) => type);
  const transformed = templates.some(({ value }) => value.Transform !== undefined);
  for (const [template, logicalId, resource] of written) {
    for (const { key, code, message, hint } of checkResource(logicalId, resource, { others, transformed })) {
      problem(template, [...template.path, "Resources", logicalId, key], code, message, reading, hint);
    }
  }
}

/** One without a type is reported as that, and as nothing else. */
function listResources({ Resources: resources }: JsonObject): [string, JsonObject][] {
  if (!isJsonObject(resources)) return [];
  return Object.entries(resources).filter(
    (entry): entry is [string, JsonObject] => isJsonObject(entry[1]) && typeof entry[1].Type === "string",
  );
}

function gather(section: Section, templates: readonly Template[], notices: string[], reading: Reading) {
  const entries = new Map<string, Declared>();
  const replacing: Declared[] = [];
  for (const template of templates) {
    const members = template.value[section];
    if (!isJsonObject(members)) continue;
    for (const [logicalId, definition] of Object.entries(members)) {
      const declared = declare(section, logicalId, definition ?? null, template, reading);
      if (declared === undefined) continue;
      const earlier = entries.get(logicalId);
      if (earlier !== undefined && earlier.source !== declared.source) replacing.push(declared);
      else if (earlier !== undefined) {
        const message = `${logicalId} is already in the ${section} of ${earlier.shown}`;
        const hint = "Give one of the two another logical ID.";
        problem(template, [...template.path, section, logicalId], "duplicate-logical-id", message, reading, hint);
        continue;
      }
      entries.set(logicalId, declared);
    }
  }
  notices.push(...describeReplacements(section, replacing));
  return entries;
}

/** One notice a file: a copied definition replaces many at once. */
function describeReplacements(section: Section, replacing: readonly Declared[]): string[] {
  return [...Map.groupBy(replacing, ({ shown }) => shown)].map(([shown, declared]) => {
    const names = declared.map(({ logicalId }) => logicalId).join(", ");
    const what = declared.length === 1 ? "the built-in one" : "the built-in ones";
    return `${names} of ${shown} replace${declared.length === 1 ? "s" : ""} ${what} in the ${section}`;
  });
}

function declare(
  section: Section,
  logicalId: string,
  definition: Json,
  template: Template,
  reading: Reading,
): Declared | undefined {
  const path = [...template.path, section, logicalId];
  // Metadata and Rules have names of other kinds; everything else is referred to by a logical ID.
  if (!/^[A-Za-z0-9]{1,255}$/.test(logicalId) && section !== "Metadata") {
    const hint = "Use letters and digits only.";
    problem(template, path, "bad-logical-id", `${logicalId} is no logical ID`, reading, hint);
    return undefined;
  }
  if (!isJsonObject(definition)) {
    problem(template, path, "bad-value", `${logicalId} holds no map`, reading);
    return undefined;
  }
  if (section === "Resources" && typeof definition.Type !== "string") {
    const near = definition.Type === undefined ? nearest("Type", Object.keys(definition)) : undefined;
    const hint = near === undefined ? "It is a text such as AWS::S3::Bucket." : `Is ${near} meant as Type?`;
    problem(template, path, "missing-key", `The resource ${logicalId} has no Type`, reading, hint);
    return undefined;
  }
  const { file, shown, locate, source, task, directory } = template;
  return { logicalId, definition, source, task, directory, file, shown, locate, path };
}

function problem(
  { shown, locate }: Template,
  path: Path,
  code: string,
  message: string,
  reading: Reading,
  hint?: string,
) {
  reading.report({ code, message, file: shown, ...locate(path, "key"), path: formatPath(path), hint });
}
