/** A component's parameters in the words that people read: what each is, what it is without being said, what it means. */
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";

export interface ParameterRow {
  /** With its parents, `notify.topic`; `assets.*.nodata` of a map whose keys are anybody's. */
  readonly name: string;
  /** `list of texts`, `"png" or "jpeg"`, `whole number, 16 to 8192`. */
  readonly type: string;
  readonly required: boolean;
  /** As JSON; undefined where there is none. */
  readonly default: string | undefined;
  /** The description, empty where there is none. */
  readonly meaning: string;
}

/** In the schema's order; members of objects come after the object they are in. */
export function parameterRows(schema: JsonObject): readonly ParameterRow[] {
  return rowsOf(schema, "", definitionsOf(schema));
}

function rowsOf(schema: JsonObject, prefix: string, definitions: JsonObject): readonly ParameterRow[] {
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(properties).flatMap(([key, written]) => {
    const followed = follow(written, definitions);
    if (followed === undefined) return [];
    const { schema: member } = followed;
    const name = `${prefix}${key}`;
    const row: ParameterRow = {
      name,
      type: typeOf(member, definitions),
      required: required.includes(key) && member.default === undefined,
      default: member.default === undefined ? undefined : JSON.stringify(member.default),
      meaning: typeof member.description === "string" ? member.description : "",
    };
    if (isReference(written)) return [row];
    const { additionalProperties: values } = member;
    const inMap = isJsonObject(values) && !isReference(values) ? rowsOf(values, `${name}.*.`, definitions) : [];
    return [row, ...rowsOf(member, `${name}.`, definitions), ...inMap];
  });
}

function definitionsOf({ $defs }: JsonObject): JsonObject {
  return isJsonObject($defs) ? $defs : {};
}

function isReference(schema: Json | undefined): boolean {
  return isJsonObject(schema) && typeof schema.$ref === "string";
}

/** A schema, and the definitions that what is inside it may refer to: a value that holds its like is told once. */
interface Followed {
  readonly schema: JsonObject;
  readonly inside: JsonObject;
}

function follow(schema: Json | undefined, definitions: JsonObject): Followed | undefined {
  if (!isJsonObject(schema)) return undefined;
  const { $ref: reference, ...own } = schema;
  if (typeof reference !== "string") return { schema, inside: definitions };
  const { [reference.split("/").at(-1) ?? ""]: target, ...inside } = definitions;
  return { schema: isJsonObject(target) ? { ...target, ...own } : own, inside };
}

const NAMES: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ["text", "texts"],
  number: ["number", "numbers"],
  integer: ["whole number", "whole numbers"],
  boolean: ["true or false", "true or false"],
  object: ["object", "objects"],
  null: ["null", "null"],
  array: ["list", "lists"],
};

const ANYTHING = ["anything", "anything"] as const;

/** What a value may be of that may be any JSON. */
const EVERY_TYPE = ["string", "number", "boolean", "array", "object"];

/** What fits a cell of a table. */
function typeOf(written: Json | undefined, definitions: JsonObject, many = false): string {
  const followed = follow(written, definitions);
  if (followed === undefined) return ANYTHING[0];
  const { schema, inside } = followed;
  const { const: only, enum: options, anyOf, oneOf, type } = schema;
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(options)) return joined(options.map((option: Json) => JSON.stringify(option)));
  if (Array.isArray(anyOf ?? oneOf)) {
    const branches = branchesOf({ schema, inside });
    if (EVERY_TYPE.every((one) => branches.some((branch) => branch.schema.type === one))) return ANYTHING[0];
    return joined([...new Set(branches.map((branch) => typeOf(branch.schema, branch.inside, many)))]);
  }
  if (type === "array") return listOf(schema, inside, many);
  if (type === "object" && isJsonObject(schema.additionalProperties) && schema.properties === undefined) {
    return `map of names to ${typeOf(schema.additionalProperties, inside, true)}`;
  }
  const types = Array.isArray(type) ? type : [type];
  const words = types.map((one: Json | undefined) => (NAMES[String(one)] ?? ANYTHING)[many ? 1 : 0]);
  return `${joined(words)}${formatOf(schema)}${rangeOf(schema)}`;
}

/** A choice within a choice is one of them all. */
function branchesOf({ schema, inside }: Followed): readonly Followed[] {
  const branches = schema.anyOf ?? schema.oneOf;
  if (!Array.isArray(branches)) return [{ schema, inside }];
  return branches.flatMap((branch: Json) => branchesOf(follow(branch, inside) ?? { schema: {}, inside }));
}

function listOf({ prefixItems, items, minItems }: JsonObject, definitions: JsonObject, many: boolean): string {
  const list = many ? "lists" : "list";
  if (Array.isArray(prefixItems)) {
    const types = prefixItems.map((item: Json) => typeOf(item, definitions));
    const same = types.every((type) => type === types[0]);
    return `${list} of ${types.length}${same ? ` ${typeOf(prefixItems[0], definitions, true)}` : `: ${types.join("; ")}`}`;
  }
  const least = typeof minItems === "number" && minItems > 1 ? `, at least ${minItems}` : "";
  return isJsonObject(items) ? `${list} of ${typeOf(items, definitions, true)}${least}` : `${list}${least}`;
}

const FORMATS: Readonly<Record<string, string>> = {
  uri: "URL",
  "date-time": "date and time",
  date: "date",
  email: "e-mail address",
};

function formatOf({ format }: JsonObject): string {
  const known = typeof format === "string" ? FORMATS[format] : undefined;
  return known === undefined ? "" : ` (${known})`;
}

/** zod writes the largest whole numbers of JavaScript as bounds where a schema has none. */
function rangeOf(schema: JsonObject): string {
  const bound = (inclusive: Json | undefined, exclusive: Json | undefined) =>
    [inclusive, exclusive].find((value) => typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER);
  const least = bound(schema.minimum, schema.exclusiveMinimum);
  const most = bound(schema.maximum, schema.exclusiveMaximum);
  const above = schema.minimum === undefined ? "more than" : "at least";
  const below = schema.maximum === undefined ? "less than" : "at most";
  const { multipleOf: step } = schema;
  const steps = typeof step === "number" ? `, a multiple of ${step}` : "";
  if (least === undefined) return (most === undefined ? "" : `, ${below} ${most}`) + steps;
  if (most === undefined) return `, ${above} ${least}${steps}`;
  return `, ${least} to ${most}${steps}`;
}

/** `a, b or c`; with a comma more where one of them is a choice itself. */
function joined(words: readonly string[]): string {
  const or = words.some((word) => word.includes(" or ")) ? ", or " : " or ";
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")}${or}${words.at(-1)}`;
}
