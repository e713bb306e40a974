/** What a rule of a JSON schema asks for, in words. */
import { isJsonObject } from "../json.ts";
import { showValue } from "../payload/problems.ts";

/** Names and longer lists than this are cut. */
const MOST_NAMES = 24;

type Describe = (rule: unknown, found: unknown) => string;

const DESCRIPTIONS: Readonly<Record<string, Describe>> = {
  type: (rule) => listed([rule].flat().map(kindOf), "or"),
  const: (rule) => showValue(rule),
  enum: (rule) => listed(asList(rule).map(showValue), "or"),
  required: (rule, found) => members(missing(rule, found)),
  minimum: (rule) => `at least ${rule}`,
  maximum: (rule) => `at most ${rule}`,
  exclusiveMinimum: (rule) => `more than ${rule}`,
  exclusiveMaximum: (rule) => `less than ${rule}`,
  multipleOf: (rule) => `a multiple of ${rule}`,
  minLength: (rule) => (rule === 1 ? "a text that is not empty" : `at least ${rule} characters`),
  maxLength: (rule) => `at most ${rule} characters`,
  pattern: (rule) => `a text that matches ${rule}`,
  format: (rule) => FORMATS[String(rule)] ?? `a text in the form ${rule}`,
  minItems: (rule) => `a list of at least ${rule}`,
  maxItems: (rule) => `a list of at most ${rule}`,
  uniqueItems: () => "a list in which nothing is twice",
  contains: (rule) =>
    `a list with ${isJsonObject(rule) && "const" in rule ? showValue(rule.const) : "what the rule asks for"}`,
  minProperties: (rule) => `at least ${rule} members`,
  maxProperties: (rule) => `at most ${rule} members`,
  dependencies: (rule, found) => members(missingBeside(rule, found)),
  oneOf: (rule) => `what fits exactly one of the ${asList(rule).length} forms`,
  anyOf: (rule) => `what fits one of the ${asList(rule).length} forms`,
  not: (rule) => {
    if (isEmpty(rule)) return "nothing here";
    return asksForMember(rule) ? "a member that fits the rule" : `something else${forbidden(rule)}`;
  },
  false: () => "nothing here",
};

export function expectedBy(keyword: string, rule: unknown, found: unknown): string {
  return DESCRIPTIONS[keyword]?.(rule, found) ?? `what ${keyword} asks for`;
}

const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "a time such as 2024-05-01T10:00:00Z",
  uri: "a URL",
};

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
  null: "null",
};

function kindOf(type: unknown): string {
  return KINDS[String(type)] ?? String(type);
}

function members(names: readonly string[]): string {
  return `the member${names.length === 1 ? "" : "s"} ${listed(names, "and")}`;
}

function missing(rule: unknown, found: unknown): readonly string[] {
  return asList(rule)
    .map(String)
    .filter((name) => !isJsonObject(found) || !Object.hasOwn(found, name));
}

/** Members that go with those that are there. */
function missingBeside(rule: unknown, found: unknown): readonly string[] {
  if (!isJsonObject(rule) || !isJsonObject(found)) return [];
  const beside = Object.entries(rule).flatMap(([name, names]) =>
    Object.hasOwn(found, name) ? missing(names, found) : [],
  );
  return [...new Set(beside)];
}

/** What it must not be, or not have. */
function forbidden(rule: unknown): string {
  if (!isJsonObject(rule)) return "";
  if (rule.type !== undefined) return ` than ${kindOf(rule.type)}`;
  const names = asList(rule.required).map(String);
  return names.length === 0 ? "" : `: without ${listed(names, "and")}`;
}

/** That not every member is none is how schemas say: at least one is. */
function asksForMember(rule: unknown): boolean {
  return isJsonObject(rule) && isJsonObject(rule.additionalProperties) && "not" in rule.additionalProperties;
}

function isEmpty(rule: unknown): boolean {
  return isJsonObject(rule) && Object.keys(rule).length === 0;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `a, b or c` */
function listed(names: readonly string[], word: string): string {
  const shown = names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES), "…"] : names;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} ${word} ${shown.at(-1)}`;
}
