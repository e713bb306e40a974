/** The template of this very project, as it is deployed with loops, so that there is everything in it. */
import { rmSync } from "node:fs";
import { compile } from "../../src/compile/compile.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/json.ts";
import { readProject } from "../../src/project/read-project.ts";
import { makeProjectWithLoops } from "./with-loops.ts";

const folder = makeProjectWithLoops();
const { project, problems } = readProject(folder, { stage: "any", env: {} });
const compiled = compile(project);
rmSync(folder, { recursive: true });

export { project };

export const allProblems = [...problems, ...compiled.problems];

/** By logical ID. */
export const resources = membersOf(compiled.resources.Resources ?? null);
export const outputs = membersOf(compiled.resources.Outputs ?? null);
/** By component. */
export const functions = membersOf(compiled.functions);

export function ofType(type: string): ReadonlyMap<string, JsonObject> {
  return new Map([...resources].filter(([, { Type }]) => Type === type));
}

/** A member deep inside, by its keys; null where there is none. */
export function dig(value: Json | undefined, ...keys: readonly (string | number)[]): Json {
  const [key, ...rest] = keys;
  if (key === undefined) return value ?? null;
  if (Array.isArray(value)) return dig(value[Number(key)], ...rest);
  return isJsonObject(value) ? dig(value[key], ...rest) : null;
}

function membersOf(section: Json): ReadonlyMap<string, JsonObject> {
  if (!isJsonObject(section)) return new Map();
  return new Map(Object.entries(section).flatMap(([key, member]) => (isJsonObject(member) ? [[key, member]] : [])));
}
