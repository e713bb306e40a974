/** Checks a value against the JSON Schema of a component's parameters, in words that name what was found. */
import * as z from "zod";
import type { Problem } from "../../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { valueProblems } from "../../payload/value-problems.ts";

/** `place` is where the value stands in its document. None where the schema says what only its own library understands. */
export function checkValue(schema: JsonObject, value: Json, place: readonly PropertyKey[]): Problem[] {
  const checked = compile(schema)?.safeParse(value);
  const issues = checked?.error?.issues ?? [];
  const problems = issues.flatMap((issue) => valueProblems(issue, value, place));
  // zod tells of a list that is too short as often as the schema limits it.
  return problems.filter(
    ({ path, message }, index) =>
      !problems.slice(0, index).some((other) => other.path === path && other.message === message),
  );
}

/** The members that the schema does not know: a task leaves them out without a word. */
export function unknownMembers(schema: JsonObject, value: JsonObject): readonly string[] {
  const known = membersOf(schema);
  if (known === undefined || schema.additionalProperties !== undefined) return [];
  return Object.keys(value).filter((name) => !known.includes(name));
}

/** Undefined where the schema is no list of members, such as a union of objects. */
export function membersOf({ properties, anyOf, oneOf, allOf }: JsonObject): readonly string[] | undefined {
  return isJsonObject(properties) && [anyOf, oneOf, allOf].every((other) => other === undefined)
    ? Object.keys(properties)
    : undefined;
}

const compiled = new WeakMap<JsonObject, z.ZodType | undefined>();

function compile(schema: JsonObject): z.ZodType | undefined {
  if (!compiled.has(schema)) {
    try {
      // What was told as JSON is a JSON Schema as far as zod knows the words in it; it throws at others.
      compiled.set(schema, z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]));
    } catch {
      compiled.set(schema, undefined);
    }
  }
  return compiled.get(schema);
}
