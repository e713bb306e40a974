/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a text says; undefined where it is no JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    // It gives nothing that Json cannot hold.
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** As it is stored: without members that have no value. */
export function asJson(value: object): Json {
  return JSON.parse(JSON.stringify(value));
}

/** Bytes of a text as UTF-8, as AWS counts its limits. */
export function utf8Length(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** The same bytes for the same value whatever order its keys were written in: StartExecution is idempotent only so. */
export function canonicalJson(value: Json): string {
  return JSON.stringify(value, (_key, member: unknown) => (isJsonObject(member) ? sortKeys(member) : member));
}

function sortKeys(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
