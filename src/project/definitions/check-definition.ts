/** Checks a definition against its schema, but for the values that variables stand for. */
import type { z } from "zod";
import type { Json } from "../../json.ts";
import { checkSchema, type Place } from "../../yaml/check-schema.ts";
import type { Path } from "../../yaml/json-path.ts";
import type { Report } from "../../yaml/read-yaml.ts";
import { hasVariables } from "../variables/parse-variables.ts";

/** The checked value, or undefined where anything is wrong; `path` is where the value stands in the file. */
export function checkDefinition<T extends z.ZodType>(
  schema: T,
  value: Json,
  place: Place,
  report: Report,
  path: Path = [],
): z.output<T> | undefined {
  return checkSchema(schema, value, place, report, { path, isOpen });
}

/** A variable that stayed as text was reported where it failed, or waits for the deployment: its type says nothing. */
function isOpen(value: unknown): boolean {
  return typeof value === "string" && hasVariables(value);
}
