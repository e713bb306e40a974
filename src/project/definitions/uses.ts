/**
 * `uses`: a component that takes the code and the settings of another, so that a project gives a built-in feeder a
 * schedule, or a task other memory, without a handler of its own.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import type { Kind } from "../project.ts";
import { DEFINITION_FILE, folderNames, type PartFolder } from "./folders.ts";
import { type Definition, type Layer, type Reading, readDefinition } from "./reading.ts";

export interface Code {
  /** Where the handler lies, absolute. */
  readonly directory: string;
  /** The definition with that of the used component below it. */
  readonly value: JsonObject;
}

/** Undefined where it uses what is not there, which was reported. */
export function findCode(
  kind: Kind,
  folder: PartFolder,
  definition: Definition,
  layer: Layer,
  reading: Reading,
): Code | undefined {
  const { uses, ...own } = definition.value;
  if (uses === undefined) return { directory: folder.directory, value: definition.value };
  const report = (message: string, hint: string | undefined) =>
    reading.report({
      ...{ code: "unknown-component", message, hint, file: definition.shown },
      ...{ ...definition.locate(["uses"]), path: "$.uses" },
    });
  const candidates = usable(kind, folder, layer, reading);
  const used = typeof uses === "string" ? candidates.get(uses) : undefined;
  if (used === undefined) {
    const name = typeof uses === "string" ? uses : JSON.stringify(uses);
    report(`The ${kind} ${folder.name} uses ${name}, and there is no such ${kind}`, suggest(name, candidates.keys()));
    return undefined;
  }
  // What is wrong with it is reported where it is read itself.
  const read = readDefinition(join(used.directory, DEFINITION_FILE), used.layer, { ...reading, report: () => {} });
  if (read === undefined) return undefined;
  if (read.value.uses !== undefined) {
    report(
      `The ${kind} ${folder.name} uses ${String(uses)}, which itself uses ${String(read.value.uses)}`,
      `Write: uses: ${String(read.value.uses)}`,
    );
    return undefined;
  }
  return { directory: used.directory, value: merge(read.value, own, folder.name) };
}

/** By name: those of its own layer, and of the layers below; one that has its own name is what it replaces. */
function usable(kind: Kind, folder: PartFolder, layer: Layer, { layers }: Reading) {
  const found = new Map<string, { readonly directory: string; readonly layer: Layer }>();
  for (const one of layers.slice(0, layers.indexOf(layer) + 1)) {
    for (const name of folderNames(`${kind}s`, one)) {
      const directory = join(one.folder, `${kind}s`, name);
      if (directory === folder.directory || !existsSync(join(directory, DEFINITION_FILE))) continue;
      found.set(name, { directory, layer: one });
    }
  }
  return found;
}

/** Batch resources and events have names and owners: these are never the used one's. */
function merge(used: JsonObject, own: JsonObject, name: string): JsonObject {
  const { description, lambda, bulk } = used;
  return {
    ...(description === undefined ? {} : { description }),
    ...(bulk === undefined ? {} : { bulk }),
    ...own,
    environment: over({ ...mapOf(used.environment), CIRRUS_COMPONENT: name }, own.environment),
    ...(lambda === undefined && !("lambda" in own) ? {} : { lambda: mergeLambda(mapOf(lambda), own.lambda) }),
  };
}

function mergeLambda({ events: _events, iamRoleStatements: needed, ...used }: JsonObject, own: Json = {}): Json {
  if (!isJsonObject(own ?? {})) return own;
  const { environment, iamRoleStatements, ...settings } = mapOf(own);
  // A role of one's own has what it needs already.
  const statements = [...(settings.role === undefined ? listOf(needed) : []), ...listOf(iamRoleStatements)];
  return {
    ...used,
    // A built-in feeder is switched off only because nothing calls it.
    enabled: true,
    ...settings,
    environment: over(mapOf(used.environment), environment),
    ...(statements.length === 0 ? {} : { iamRoleStatements: statements }),
  };
}

/** What is written as no map stays as it is: the schema of the definition reports it. */
function over(below: JsonObject, own: Json = {}): Json {
  return isJsonObject(own ?? {}) ? { ...below, ...mapOf(own) } : own;
}

function mapOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
