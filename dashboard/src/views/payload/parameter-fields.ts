/** What a payload says to the tasks of its workflow, as fields of a form that are made from the tasks' JSON Schemas. */
import { applyEdits, modify, parseTree } from "jsonc-parser";

export type FieldKind =
  | { readonly kind: "choice"; readonly options: readonly string[] }
  | { readonly kind: "number"; readonly min?: number; readonly max?: number; readonly isWhole: boolean }
  | { readonly kind: "text"; readonly pattern?: string }
  /** Texts with commas between them. */
  | { readonly kind: "texts" }
  /** Anything else, as JSON. */
  | { readonly kind: "json" };

export type Field = FieldKind & {
  readonly name: string;
  readonly meaning: string;
  readonly required: boolean;
  /** What the field holds; empty where the payload says nothing. */
  readonly text: string;
  /** What is taken where the payload says nothing, as it would stand in the field. */
  readonly fallback: string | undefined;
};

export interface TaskFields {
  readonly task: string;
  readonly fields: readonly Field[];
}

/** `parameters` as `GET /v1/workflows/{name}` tells them. Undefined where the text has no form that could be filled in. */
export function fieldsOf(
  text: string,
  parameters: Readonly<Record<string, unknown>>,
): readonly TaskFields[] | undefined {
  const definition = firstDefinition(text);
  if (definition === undefined) return undefined;
  const said = definition.tasks ?? {};
  // Older payloads list their tasks.
  if (!isRecord(said)) return undefined;
  return Object.entries(parameters).flatMap(([task, schema]) => {
    const own = said[task];
    if (!isRecord(schema) || !isRecord(schema.properties) || !(own === undefined || isRecord(own))) return [];
    const required = Array.isArray(schema.required) ? schema.required : [];
    const fields = Object.entries(schema.properties).flatMap(([name, member]) =>
      isRecord(member) ? [fieldOf(name, member, required.includes(name), own?.[name])] : [],
    );
    return fields.length === 0 ? [] : [{ task, fields }];
  });
}

/** The workflow that the text is for, whatever else is wrong with it. */
export function workflowOf(text: string): string | undefined {
  const workflow = firstDefinition(text)?.workflow;
  return typeof workflow === "string" ? workflow : undefined;
}

export type Filled =
  | { readonly outcome: "text"; readonly text: string }
  | { readonly outcome: "problem"; readonly message: string };

/** The payload's text with what a field says; an empty field leaves it to the default. The rest of the text stays as it is. */
export function fillField(text: string, task: string, field: Field, entered: string): Filled {
  const read = readEntered(field, entered);
  if ("problem" in read) return { outcome: "problem", message: read.problem };
  const path = ["process", 0, "tasks", task, field.name];
  const edits = modify(text, path, read.value, { formattingOptions: { insertSpaces: true, tabSize: 2, eol: "\n" } });
  return { outcome: "text", text: applyEdits(text, edits) };
}

function readEntered(field: FieldKind, entered: string): { readonly value: unknown } | { readonly problem: string } {
  if (entered.trim() === "") return { value: undefined };
  if (field.kind === "text") return { value: entered };
  if (field.kind === "texts") {
    const texts = entered.split(",").map((one) => one.trim());
    return { value: texts.filter((one) => one !== "") };
  }
  if (field.kind === "number") {
    const value = Number(entered);
    if (!Number.isFinite(value)) return { problem: "This is no number." };
    return field.isWhole && !Number.isInteger(value) ? { problem: "This is no whole number." } : { value };
  }
  try {
    return { value: JSON.parse(entered) as unknown };
  } catch {
    return { problem: 'This is no JSON: a text needs quotes, a list brackets, as in ["red", "nir"].' };
  }
}

function fieldOf(name: string, schema: Readonly<Record<string, unknown>>, required: boolean, value: unknown): Field {
  const kind = kindOf(schema, value);
  return {
    ...kind,
    name,
    meaning: typeof schema.description === "string" ? schema.description : "",
    required: required && schema.default === undefined,
    text: value === undefined ? "" : textOf(kind, value),
    fallback: schema.default === undefined ? undefined : textOf(kind, schema.default),
  };
}

/** A value that does not fit is shown as it is. */
function kindOf(schema: Readonly<Record<string, unknown>>, value: unknown): FieldKind {
  const { type, enum: options, items } = schema;
  if (Array.isArray(options)) return choice(options, value);
  if (type === "boolean") return choice([true, false], value);
  const fits = (test: boolean) => value === undefined || test;
  if ((type === "number" || type === "integer") && fits(typeof value === "number")) {
    const bound = (key: "min" | "max", limit: unknown) =>
      typeof limit === "number" && Math.abs(limit) < Number.MAX_SAFE_INTEGER ? { [key]: limit } : {};
    return {
      kind: "number",
      isWhole: type === "integer",
      ...bound("min", schema.minimum),
      ...bound("max", schema.maximum),
    };
  }
  if (type === "string" && fits(typeof value === "string")) {
    return { kind: "text", ...(typeof schema.pattern === "string" && { pattern: schema.pattern }) };
  }
  const isOfTexts = type === "array" && isRecord(items) && items.type === "string" && items.enum === undefined;
  if (isOfTexts && fits(Array.isArray(value) && value.every((one) => typeof one === "string" && !one.includes(",")))) {
    return { kind: "texts" };
  }
  return { kind: "json" };
}

/** As JSON, so that `true` and `"true"` are two. */
function choice(options: readonly unknown[], value: unknown): FieldKind {
  const texts = options.map((option) => JSON.stringify(option));
  const own = value === undefined ? [] : [JSON.stringify(value)];
  return { kind: "choice", options: [...new Set([...texts, ...own])] };
}

function textOf({ kind }: FieldKind, value: unknown): string {
  if (kind === "text" && typeof value === "string") return value;
  if (kind === "texts" && Array.isArray(value)) return value.join(", ");
  return JSON.stringify(value);
}

/** For people: a text without its quotes. */
export function optionText(option: string): string {
  const value: unknown = JSON.parse(option);
  return typeof value === "string" ? value : option;
}

function firstDefinition(text: string): Readonly<Record<string, unknown>> | undefined {
  const errors: unknown[] = [];
  if (!parseTree(text, errors as never[]) || errors.length > 0) return undefined;
  const payload: unknown = JSON.parse(text);
  const process = isRecord(payload) ? payload.process : undefined;
  const first: unknown = Array.isArray(process) ? process[0] : undefined;
  return isRecord(first) ? first : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
