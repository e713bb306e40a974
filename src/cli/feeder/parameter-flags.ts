/** A feeder's parameters as options of the command: `max_items_batch` is `--max-items-batch 500`. */
import { type Command, Option } from "commander";
import { CirrusError, EXIT } from "../../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { cutText } from "../../payload/cut.ts";

export interface ParameterFlag {
  readonly parameter: string;
  readonly option: Option;
  /** From what was typed, once for each time. */
  readonly read: (typed: readonly string[]) => Json;
}

type Kind = "boolean" | "number" | "text" | "list" | "json";

/** Those that are not options of the command itself. `readJson` gives the text of the file of `@file`. */
export function parameterFlags(
  schema: JsonObject,
  command: Command,
  readJson: (file: string) => string,
): readonly ParameterFlag[] {
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const taken = new Set(command.options.map(({ long }) => long));
  return Object.entries(properties).flatMap(([parameter, written]) => {
    const property = isJsonObject(written) ? written : {};
    const long = `--${kebab(parameter)}`;
    if (taken.has(long)) return [];
    const isRequired = required.includes(parameter) && property.default === undefined;
    return [makeFlag(parameter, long, property, isRequired, readJson)];
  });
}

/** Also of a parameter that begins with a capital letter, such as the `Records` of an event of AWS. */
function kebab(parameter: string): string {
  const words = parameter.replaceAll("_", "-").replaceAll(/(?<=.)[A-Z]/g, "-$&");
  return words.toLowerCase();
}

function makeFlag(
  parameter: string,
  long: string,
  property: JsonObject,
  required: boolean,
  readJson: (file: string) => string,
): ParameterFlag {
  const kind = kindOf(property);
  const description = describe(property, kind, required);
  if (kind === "boolean") {
    const on = property.default !== true;
    return { parameter, option: new Option(on ? long : long.replace("--", "--no-"), description), read: () => on };
  }
  const again = (typed: string, before: readonly string[] = []): readonly string[] => [...before, typed];
  const option = new Option(`${long} <${placeholderOf(kind, property)}>`, description).argParser(again);
  return { parameter, option, read: (typed) => valueFor(kind, property, typed, readJson) };
}

function placeholderOf(kind: Kind, { items }: JsonObject): string {
  if (kind !== "list") return kind;
  const of = isJsonObject(items) ? kindOf(items) : "text";
  return of === "number" ? "numbers" : of;
}

function describe(property: JsonObject, kind: Kind, required: boolean): string {
  const { description, default: fallback, enum: options } = property;
  const text = typeof description === "string" ? description.replace(/\.$/, "") : "";
  const isSaid = fallback !== undefined && fallback !== false && JSON.stringify(fallback) !== "{}";
  const notes = [
    ...(required ? ["required"] : []),
    ...(Array.isArray(options) ? [`one of ${options.join(", ")}`] : []),
    ...(kind === "list" ? ["again for more"] : []),
    ...(kind === "json" ? ["@file reads it from there"] : []),
    ...(isSaid ? [`default: ${JSON.stringify(fallback)}`] : []),
  ];
  return `${text}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`;
}

function kindOf({ type, anyOf, oneOf, enum: options }: JsonObject): Kind {
  if (type === "boolean") return "boolean";
  if (type === "integer" || type === "number") return "number";
  if (type === "array") return "list";
  if (type === "string" || options !== undefined) return "text";
  const branches = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : [];
  return branches.some((branch: Json) => isJsonObject(branch) && kindOf(branch) === "text") ? "text" : "json";
}

function valueFor(
  kind: Kind,
  property: JsonObject,
  typed: readonly string[],
  readJson: (file: string) => string,
): Json {
  const last = typed.at(-1) ?? "";
  if (kind === "list") return typed.flatMap((text) => listOf(text, property));
  if (kind === "number") return numberOf(last);
  if (kind === "text") return property.type !== "string" && /^[[{]/.test(last.trim()) ? parse(last) : last;
  return parse(last.startsWith("@") ? readJson(last.slice(1)) : last);
}

/** A list as JSON, numbers with commas between them as a box of a map has them, or one value. */
function listOf(text: string, { items }: JsonObject): readonly Json[] {
  if (text.trim().startsWith("[")) {
    const parsed = parse(text);
    return Array.isArray(parsed) ? parsed : [parsed];
  }
  const kind = isJsonObject(items) ? kindOf(items) : "text";
  if (kind === "number") return text.split(",").map(numberOf);
  return [kind === "json" ? parse(text) : text];
}

/** What is none is left as it is, so that the feeder's own check says what is wrong with it. */
function numberOf(text: string): number | string {
  const number = Number(text);
  return text.trim() === "" || Number.isNaN(number) ? text : number;
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new CirrusError(`${JSON.stringify(cutText(text, 80))} is no JSON.`, {
      hint: `Quote it for the shell: '{"key": "value"}'`,
      exitCode: EXIT.usage,
    });
  }
}
