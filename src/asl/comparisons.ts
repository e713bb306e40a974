/** The comparison operators of Choice rules, one table. A value of another type than the operator's compares as false. */
import type { Json } from "../json.ts";
import { parseTimestamp } from "./timestamps.ts";

export interface Comparison {
  /** What both sides must be, as words for a problem. */
  readonly wanted: string;
  /** Whether there is a variant with `Path` at its end. */
  readonly hasPath: boolean;
  takes(value: Json): boolean;
  /** Both sides have passed `takes`. */
  holds(value: Json, other: Json): boolean;
}

const ORDERS: ReadonlyMap<string, (order: number) => boolean> = new Map([
  ["Equals", (order) => order === 0],
  ["LessThan", (order) => order < 0],
  ["GreaterThan", (order) => order > 0],
  ["LessThanEquals", (order) => order <= 0],
  ["GreaterThanEquals", (order) => order >= 0],
]);

const isText = (value: Json) => typeof value === "string";
const isTimestamp = (value: Json | undefined) => parseTimestamp(value) !== undefined;

export const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ...ordered("String", "a text", isText, (value) => String(value)),
  ...ordered("Numeric", "a number", (value) => typeof value === "number", Number),
  ...ordered("Timestamp", "a timestamp", isTimestamp, (value) => parseTimestamp(value) ?? 0),
  [
    "BooleanEquals",
    {
      wanted: "true or false",
      hasPath: true,
      takes: (value) => typeof value === "boolean",
      holds: (value, other) => value === other,
    },
  ],
  [
    "StringMatches",
    {
      wanted: "a text",
      hasPath: false,
      takes: isText,
      holds: (value, pattern) => matchesPattern(String(value), String(pattern)),
    },
  ],
]);

/** Tests of the type of a value, which is undefined where the path leads nowhere. */
export const TYPE_TESTS: ReadonlyMap<string, (value: Json | undefined) => boolean> = new Map([
  ["IsNull", (value) => value === null],
  ["IsPresent", (value) => value !== undefined],
  ["IsNumeric", (value) => typeof value === "number"],
  ["IsString", (value) => typeof value === "string"],
  ["IsBoolean", (value) => typeof value === "boolean"],
  ["IsTimestamp", isTimestamp],
]);

function ordered(
  kind: string,
  wanted: string,
  takes: Comparison["takes"],
  rank: (value: Json) => string | number,
): [string, Comparison][] {
  return [...ORDERS].map(([order, holds]) => [
    `${kind}${order}`,
    { wanted, hasPath: true, takes, holds: (value, other) => holds(compare(rank(value), rank(other))) },
  ]);
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `*` stands for any characters; `\*` and `\\` for themselves. Walks the pieces between the stars, so it stays linear. */
function matchesPattern(text: string, pattern: string): boolean {
  const pieces = [""];
  for (const [token, escaped] of pattern.matchAll(/\\([*\\])|[\s\S]/g)) {
    if (token === "*") pieces.push("");
    else pieces.push(pieces.pop() + (escaped ?? token));
  }
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let position = first.length;
  const end = text.length - last.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, position);
    if (found < 0 || found + piece.length > end) return false;
    position = found + piece.length;
  }
  return true;
}
