/** Checks what YAML says against a schema; every issue becomes a problem with its place and the nearest known name. */
import { z } from "zod";
import type { Problem } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { suggest } from "../nearest.ts";
import { formatPath, type Path } from "./json-path.ts";
import type { Report, YamlFile } from "./read-yaml.ts";

/** The file that a checked value comes from. */
export type Place = Pick<YamlFile, "shown" | "locate">;

export interface CheckOptions {
  /** Where the value stands in the file. */
  readonly path?: Path;
  /** Tells values that nobody knows yet: what they will be cannot be checked. */
  isOpen?(value: unknown): boolean;
}

/** The checked value, or undefined where anything is wrong. */
export function checkSchema<T extends z.ZodType>(
  schema: T,
  value: Json,
  place: Place,
  report: Report,
  options: CheckOptions = {},
): z.output<T> | undefined {
  const { path = [], isOpen = () => false } = options;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const open = issues.filter((issue) => isOpen(valueAt(value, issue.path)));
  for (const issue of issues) {
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) report(unknownKey(key, [...issue.path].map(toStep), schema, place, path));
    } else if (!open.includes(issue)) report(badValue(issue, value, place, path));
  }
  if (open.length < issues.length || open.length === 0) return undefined;
  const rest = open.reduce((remaining, issue) => without(remaining, issue.path), value);
  return checkSchema(schema, rest, place, report, options);
}

function unknownKey(key: string, path: Path, schema: z.ZodType, place: Place, base: Path): Problem {
  const full = [...base, ...path, key];
  return {
    code: "unknown-key",
    message: `Unknown key ${key}${path.length === 0 ? "" : ` in ${path.join(".")}`}`,
    file: place.shown,
    ...place.locate(full, "key"),
    path: formatPath(full),
    hint: suggest(key, keysAt(schema, path)),
  };
}

function badValue(issue: z.core.$ZodIssue, value: Json, place: Place, base: Path): Problem {
  const path = issue.path.map(toStep);
  const full = [...base, ...path];
  const missing = path.length > 0 && valueAt(value, path) === undefined;
  const name = path.length === 0 ? "The file" : path.join(".");
  const badKey = issue.code === "invalid_key";
  const reason = (badKey ? issue.issues[0] : issue)?.message ?? issue.message;
  return {
    code: missing ? "missing-key" : "bad-value",
    message: missing ? `${name} is missing` : `${name}: ${reason.replace(/^Invalid input: /, "")}`,
    file: place.shown,
    ...place.locate(full, badKey ? "key" : "value"),
    path: formatPath(full),
  };
}

function toStep(part: PropertyKey): string | number {
  return typeof part === "number" ? part : String(part);
}

/** The keys that a schema knows at a path. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  let current: unknown = schema;
  for (const step of path) {
    const object = unwrap(current);
    current = object instanceof z.ZodObject ? object.shape[String(step)] : undefined;
  }
  const object = unwrap(current);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return unwrap(schema.unwrap());
  }
  // What is turned into something else, before it is checked or after.
  if (schema instanceof z.ZodPipe) return schema.in instanceof z.ZodTransform ? unwrap(schema.out) : unwrap(schema.in);
  return schema;
}

function valueAt(value: Json, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inside, step) =>
      typeof inside === "object" && inside !== null && Object.hasOwn(inside, step)
        ? (inside as Record<PropertyKey, unknown>)[step]
        : undefined,
    value,
  );
}

function without(value: Json, path: readonly PropertyKey[]): Json {
  const [step, ...rest] = path;
  if (step === undefined) return null;
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => (index !== step ? [item] : rest.length === 0 ? [] : [without(item, rest)]));
  }
  if (!isJsonObject(value)) return value;
  const { [String(step)]: member, ...others }: JsonObject = value;
  return rest.length === 0 || member === undefined ? others : { ...others, [String(step)]: without(member, rest) };
}
