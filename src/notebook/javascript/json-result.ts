/** What an entry function returned, as JSON that says the same; what JSON cannot say is left out, and a warning tells. */
import { type Json, utf8Length } from "../../json.ts";

export interface JsonResult {
  readonly result: Json;
  /** For people: what was lost. */
  readonly warning?: string | undefined;
}

/** What is kept of a result. */
export const RESULT_LIMIT_BYTES = 256 * 1024;

/** Why a value is no JSON, and where in it. */
class NotJson extends Error {}
class TooLarge extends Error {}

export function jsonResult(value: unknown): JsonResult {
  try {
    const walk = makeWalk();
    const result = walk.toJson(value, "result");
    const bytes = utf8Length(JSON.stringify(result));
    if (bytes > RESULT_LIMIT_BYTES) throw new TooLarge(`it has ${Math.ceil(bytes / 1024)} KiB as JSON`);
    return walk.lost.length === 0 ? { result } : { result, warning: lostText(walk.lost) };
  } catch (thrown) {
    return { result: null, warning: `The result is left out: ${whyNot(thrown)}` };
  }
}

function whyNot(thrown: unknown): string {
  if (thrown instanceof TooLarge) return `${thrown.message}, and 256 KiB are kept. Write it to a file or a store`;
  if (thrown instanceof NotJson) return thrown.message;
  // Nesting beyond the stack; a getter or a toJSON that throws.
  return thrown instanceof RangeError ? "it is nested too deeply" : `reading it failed: ${String(thrown)}`;
}

function lostText(lost: readonly string[]): string {
  const [first = "", ...more] = lost;
  return more.length === 0 ? first : `${first}; and ${more.length} more of this kind`;
}

/** A value of JSON has a byte at least, and a comma. */
const MOST_VALUES = RESULT_LIMIT_BYTES / 2;

function makeWalk() {
  const lost: string[] = [];
  const inside = new Set<object>();
  let values = 0;

  function toJson(value: unknown, path: string): Json {
    if (++values > MOST_VALUES) throw new TooLarge(`it has more than ${MOST_VALUES} values`);
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "undefined":
        return null;
      case "number":
        if (!Number.isFinite(value)) lost.push(`${path} is ${value}, which JSON has not: it became null`);
        return Number.isFinite(value) ? value : null;
      case "bigint":
        return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
      case "object":
        return value === null ? null : objectToJson(value, path);
      default:
        throw new NotJson(`${path} is a ${typeof value}, which JSON cannot hold`);
    }
  }

  function objectToJson(value: object, path: string): Json {
    if (inside.has(value)) throw new NotJson(`${path} is an object that it lies in itself`);
    inside.add(value);
    try {
      return membersToJson(value, path);
    } finally {
      inside.delete(value);
    }
  }

  function membersToJson(value: object, path: string): Json {
    if (Array.isArray(value)) return Array.from(value, (member, index) => toJson(member, `${path}[${index}]`));
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof Map) return mapToJson(value, path);
    if (value instanceof Set) return [...value].map((member, index) => toJson(member, `${path}[${index}]`));
    if (value instanceof ArrayBuffer) return membersToJson(new Uint8Array(value), path);
    if (ArrayBuffer.isView(value) && Symbol.iterator in value) {
      // A typed array: views without an iterator are DataViews.
      return Array.from(value as Uint8Array, (member, index) => toJson(member, `${path}[${index}]`));
    }
    if (value instanceof Promise) throw new NotJson(`${path} is a promise: await it`);
    if (value instanceof RegExp) return String(value);
    if ("toJSON" in value && typeof value.toJSON === "function") return toJson(value.toJSON(), path);
    if (value instanceof Error) return { name: value.name, message: value.message };
    return entriesToJson(Object.entries(value), path);
  }

  function mapToJson(map: ReadonlyMap<unknown, unknown>, path: string): Json {
    const entries = [...map];
    const isNamed = entries.every(([key]) => typeof key === "string" || typeof key === "number");
    if (isNamed)
      return entriesToJson(
        entries.map(([key, member]) => [String(key), member]),
        path,
      );
    return entries.map((entry, index) => toJson(entry, `${path}[${index}]`));
  }

  function entriesToJson(entries: readonly (readonly [string, unknown])[], path: string): Json {
    const members = entries.filter(([, member]) => member !== undefined);
    // Defined, not assigned: `__proto__` is a name like any other.
    return Object.fromEntries(members.map(([key, member]) => [key, toJson(member, memberPath(path, key))]));
  }

  return { toJson, lost };
}

function memberPath(path: string, key: string): string {
  return /^[\w$]+$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}
