/** The intrinsic functions, one table: name, how many arguments, what they make of them. */
import { createHash } from "node:crypto";
import type { Json } from "../json.ts";
import { canonicalJson, isJsonObject } from "../json.ts";
import { EvaluationError } from "./errors.ts";
import { makeRandom, type Random } from "./random.ts";

export interface Intrinsic {
  readonly minArguments: number;
  readonly maxArguments: number;
  apply(values: readonly Json[], random: Random): Json;
}

/** Of texts that are hashed or encoded. */
const MAX_TEXT = 10_000;
const MAX_RANGE = 1_000;
const INT32 = 2 ** 31;
const HASHES: ReadonlyMap<Json | undefined, string> = new Map([
  ["MD5", "md5"],
  ["SHA-1", "sha1"],
  ["SHA-256", "sha256"],
  ["SHA-384", "sha384"],
  ["SHA-512", "sha512"],
]);

export const INTRINSICS: ReadonlyMap<string, Intrinsic> = new Map([
  define("States.Format", 1, Infinity, ([template, ...values]) => format(textOf(template, "template"), values)),
  define("States.StringToJson", 1, 1, ([text]) => parseJson(textOf(text, "argument"))),
  define("States.JsonToString", 1, 1, ([value]) => JSON.stringify(value)),
  define("States.Array", 0, Infinity, (values) => values),
  define("States.ArrayPartition", 2, 2, ([array, size]) => partition(arrayOf(array), wholeOf(size, "chunk size"))),
  define("States.ArrayContains", 2, 2, ([array, value]) => arrayOf(array).some((item) => sameJson(item, value))),
  define("States.ArrayRange", 3, 3, ([first, last, step]) =>
    range(wholeOf(first, "first"), wholeOf(last, "last"), wholeOf(step, "step")),
  ),
  define("States.ArrayGetItem", 2, 2, ([array, index]) => itemAt(arrayOf(array), wholeOf(index, "index"))),
  define("States.ArrayLength", 1, 1, ([array]) => arrayOf(array).length),
  define("States.ArrayUnique", 1, 1, ([array]) => unique(arrayOf(array))),
  define("States.Base64Encode", 1, 1, ([text]) => Buffer.from(shortText(text), "utf8").toString("base64")),
  define("States.Base64Decode", 1, 1, ([text]) => Buffer.from(shortText(text), "base64").toString("utf8")),
  define("States.Hash", 2, 2, ([data, algorithm]) => hash(data, algorithm)),
  define("States.JsonMerge", 3, 3, ([left, right, deep]) => merge(left, right, deep)),
  define("States.MathRandom", 2, 3, ([start, end, seed], random) => randomBetween(start, end, seed, random)),
  define("States.MathAdd", 2, 2, ([a, b]) => int32(int32(wholeOf(a, "argument")) + int32(wholeOf(b, "argument")))),
  define("States.StringSplit", 2, 2, ([text, marks]) => split(textOf(text, "text"), textOf(marks, "delimiter"))),
  define("States.UUID", 0, 0, (_values, random) => random.uuid()),
]);

function define(
  name: string,
  minArguments: number,
  maxArguments: number,
  apply: Intrinsic["apply"],
): readonly [string, Intrinsic] {
  return [name, { minArguments, maxArguments, apply }];
}

/** Puts the values into the `{}` of the template; `\{`, `\}`, `\'` and `\\` stand for the characters themselves. */
function format(template: string, values: readonly Json[]): string {
  let used = 0;
  const text = template.replace(/\\([\\'{}])|\{\}/g, (_match, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    const value = values[used++];
    return typeof value === "string" ? value : JSON.stringify(value ?? null);
  });
  if (used !== values.length) throw new EvaluationError(`The template has ${used} {} for ${values.length} values.`);
  return text;
}

function parseJson(text: string): Json {
  try {
    // JSON.parse returns nothing that Json cannot hold.
    return JSON.parse(text) as Json;
  } catch {
    throw new EvaluationError(`Not JSON: ${text.slice(0, 80)}`);
  }
}

function partition(array: readonly Json[], size: number): Json[] {
  if (size < 1) throw new EvaluationError("The chunk size is not positive.");
  const chunks: Json[] = [];
  for (let start = 0; start < array.length; start += size) chunks.push(array.slice(start, start + size));
  return chunks;
}

function range(first: number, last: number, step: number): Json[] {
  if (step === 0) throw new EvaluationError("The step of a range is not 0.");
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > MAX_RANGE) throw new EvaluationError(`A range holds ${MAX_RANGE} items at most, not ${length}.`);
  return Array.from({ length }, (_item, index) => first + index * step);
}

function itemAt(array: readonly Json[], index: number): Json {
  const item = index < 0 ? undefined : array[index];
  if (item === undefined) throw new EvaluationError(`No item ${index} in an array of ${array.length}.`);
  return item;
}

function unique(array: readonly Json[]): Json[] {
  const seen = new Set<string>();
  return array.filter((item) => seen.size < seen.add(canonicalJson(item)).size);
}

function hash(data: Json | undefined, algorithm: Json | undefined): string {
  const name = HASHES.get(algorithm);
  if (name === undefined) throw new EvaluationError(`Unknown hash: ${JSON.stringify(algorithm)}.`);
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return createHash(name).update(shortText(text)).digest("hex");
}

/** Only the shallow merge exists; Step Functions wants `false` all the same. */
function merge(left: Json | undefined, right: Json | undefined, deep: Json | undefined): Json {
  if (deep !== false)
    throw new EvaluationError("The third argument of States.JsonMerge is false: only shallow merging.");
  if (!isJsonObject(left) || !isJsonObject(right)) throw new EvaluationError("States.JsonMerge merges two objects.");
  return { ...left, ...right };
}

function randomBetween(start: Json | undefined, end: Json | undefined, seed: Json | undefined, random: Random): number {
  const from = wholeOf(start, "start");
  const to = wholeOf(end, "end");
  if (to <= from) throw new EvaluationError("The end of States.MathRandom lies above its start.");
  const source = seed === undefined ? random : makeRandom(`seed ${wholeOf(seed, "seed")}`);
  return from + Math.floor(source.unit() * (to - from));
}

function int32(value: number): number {
  if (value < -INT32 || value >= INT32) throw new EvaluationError(`${value} does not fit into 32 bits.`);
  return value;
}

/** At any of the characters; neighbours count once, as in `States.StringSplit('a.+b', '.+')`. */
function split(text: string, marks: string): Json[] {
  const parts: string[] = [];
  let part = "";
  for (const character of text) {
    if (!marks.includes(character)) part += character;
    else if (part !== "") {
      parts.push(part);
      part = "";
    }
  }
  return part === "" ? parts : [...parts, part];
}

function sameJson(a: Json, b: Json | undefined): boolean {
  return b !== undefined && canonicalJson(a) === canonicalJson(b);
}

function textOf(value: Json | undefined, what: string): string {
  if (typeof value === "string") return value;
  throw new EvaluationError(`The ${what} is not a string.`);
}

function shortText(value: Json | undefined): string {
  const text = textOf(value, "argument");
  if (text.length > MAX_TEXT)
    throw new EvaluationError(`The text has ${text.length} characters; ${MAX_TEXT} are allowed.`);
  return text;
}

function arrayOf(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw new EvaluationError("The argument is not an array.");
}

/** Step Functions rounds: `4.7` counts as `5`. */
function wholeOf(value: Json | undefined, what: string): number {
  if (typeof value === "number") return Math.round(value);
  throw new EvaluationError(`The ${what} is not a number.`);
}
