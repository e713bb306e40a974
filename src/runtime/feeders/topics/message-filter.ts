/** Filter policies of SNS: which messages of a topic a subscriber gets, by their attributes or by what their body says. */
import type { Announcement } from "../../../events/announcements.ts";
import { isJsonObject, type Json, parseJson } from "../../../json.ts";

export type MessageFilter = (message: Pick<Announcement, "body" | "attributes">) => boolean;

/** Undefined where it says what nobody here knows: a message too many is as wrong as one too few. */
export function readMessageFilter(policy: Json, scope: Json = "MessageAttributes"): MessageFilter | undefined {
  const fits = policyOf(typeof policy === "string" ? (parseJson(policy) ?? null) : policy);
  if (fits === undefined) return undefined;
  if (scope === "MessageBody") {
    return ({ body }) => {
      const said = parseJson(body);
      return said !== undefined && fits(said);
    };
  }
  if (scope !== "MessageAttributes") return undefined;
  return ({ attributes }) => {
    const values = Object.entries(attributes).map(([name, { value }]) => [name, value]);
    return fits(Object.fromEntries(values));
  };
}

/** Of what is found where a policy looks; undefined where nothing is there. */
type Fits = (found: Json | undefined) => boolean;
/** Of a value that is there. */
type Holds = (value: Json) => boolean;

/** All properties have to fit; of a list of maps, one map. */
function policyOf(policy: Json): Fits | undefined {
  if (!isJsonObject(policy)) return undefined;
  const all = known(Object.entries(policy).map(([name, wanted]) => propertyOf(name, wanted ?? null)));
  if (all === undefined) return undefined;
  const fits: Fits = (found) =>
    Array.isArray(found) ? found.some((one: Json) => fits(one)) : all.every((one) => one(found));
  return fits;
}

function propertyOf(name: string, wanted: Json): Fits | undefined {
  if (name === "$or") return oneOf(wanted);
  const fits = Array.isArray(wanted) ? valuesOf(wanted) : policyOf(wanted);
  return fits && ((found) => fits(isJsonObject(found) ? found[name] : undefined));
}

function oneOf(policies: Json): Fits | undefined {
  const each = Array.isArray(policies) ? known(policies.map(policyOf)) : undefined;
  return each && ((found) => each.some((one) => one(found)));
}

/** One of several is enough. */
function valuesOf(conditions: readonly Json[]): Fits | undefined {
  const each = known(conditions.map((one) => existenceOf(one) ?? someValueOf(one)));
  return each && ((found) => each.some((one) => one(found)));
}

/** SNS takes a value that is null or an empty text for none where one has to be there. */
function existenceOf(condition: Json): Fits | undefined {
  const exists = isJsonObject(condition) ? condition.exists : undefined;
  if (typeof exists !== "boolean") return undefined;
  return exists ? (found) => found !== undefined && found !== null && found !== "" : (found) => found === undefined;
}

function someValueOf(condition: Json): Fits | undefined {
  const holds = conditionOf(condition);
  if (holds === undefined) return undefined;
  return (found) => (Array.isArray(found) ? found : found === undefined ? [] : [found]).some(holds);
}

/** `"SUCCEEDED"`, or a map of one operator and what it compares with. */
function conditionOf(condition: Json): Holds | undefined {
  if (!isJsonObject(condition)) return Array.isArray(condition) ? undefined : (value) => value === condition;
  const [[name, operand] = [], ...more] = Object.entries(condition);
  return more.length === 0 ? OPERATORS.get(name ?? "")?.(operand ?? null) : undefined;
}

const OPERATORS: ReadonlyMap<string, (operand: Json) => Holds | undefined> = new Map([
  ["prefix", ofTexts((value, start) => value.startsWith(start))],
  ["suffix", ofTexts((value, end) => value.endsWith(end))],
  ["equals-ignore-case", ofTexts((value, other) => value.toLowerCase() === other.toLowerCase())],
  ["anything-but", anythingBut],
  ["numeric", numeric],
]);

function ofTexts(holds: (value: string, operand: string) => boolean): (operand: Json) => Holds | undefined {
  return (operand) =>
    typeof operand === "string" ? (value) => typeof value === "string" && holds(value, operand) : undefined;
}

function anythingBut(operand: Json): Holds | undefined {
  const excluded = known((Array.isArray(operand) ? operand : [operand]).map(conditionOf));
  return excluded && ((value) => !excluded.some((one) => one(value)));
}

/** `[">", 0]`, or two of them for a range: `[">", 0, "<=", 100]`. */
function numeric(operand: Json): Holds | undefined {
  const words = Array.isArray(operand) ? operand : [];
  const starts = Array.from({ length: Math.ceil(words.length / 2) }, (_, index) => 2 * index);
  const all = known(starts.map((start) => comparisonOf(words[start], words[start + 1])));
  if (all === undefined || all.length === 0) return undefined;
  return (value) => typeof value === "number" && all.every((one) => one(value));
}

function comparisonOf(sign: Json | undefined, bound: Json | undefined): ((value: number) => boolean) | undefined {
  const compare = COMPARISONS.get(String(sign));
  return compare !== undefined && typeof bound === "number" ? (value) => compare(value, bound) : undefined;
}

const COMPARISONS: ReadonlyMap<string, (value: number, bound: number) => boolean> = new Map([
  ["=", (value, bound) => value === bound],
  ["<", (value, bound) => value < bound],
  ["<=", (value, bound) => value <= bound],
  [">", (value, bound) => value > bound],
  [">=", (value, bound) => value >= bound],
]);

/** Undefined where one of them is. */
function known<T>(all: readonly (T | undefined)[]): readonly T[] | undefined {
  const found = all.filter((one) => one !== undefined);
  return found.length === all.length ? found : undefined;
}
