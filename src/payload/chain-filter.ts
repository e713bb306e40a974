/**
 * The chain filter decides which items go on to the next workflow. Its language is the filter expression of JSONPath
 * as payloads have always used it, and nothing else: no script, no path outside the item, no backtracking.
 */
import { InvalidInput } from "../errors.ts";
import { isJsonObject, type Json } from "../json.ts";
import { type Filter, type Operand, parseFilter } from "./chain-filter-syntax.ts";
import type { Operator } from "./chain-filter-tokens.ts";
import { showValue } from "./problems.ts";

/**
 * Steps for one selection: one for each part of the filter and each item, and for a regular expression its size times
 * the length of the text. 20 million take about half a second; ten thousand real items need under one million.
 */
export const FILTER_BUDGET = 20_000_000;

export interface ChainFilter {
  /** The features that pass, in order. Throws InvalidInput only where the budget does not suffice. */
  select(features: readonly Json[]): readonly Json[];
}

/**
 * Throws InvalidInput that names the filter, the position and what was expected there.
 *
 * @example compileChainFilter("@.id =~ '^S2' & @.properties.gsd <= 10").select(payload.features)
 */
export function compileChainFilter(text: string): ChainFilter {
  const filter = parseFilter(expressionOf(text.trim()));
  return {
    select(features) {
      const meter = makeMeter(text);
      return features.filter((feature) => passes(filter, feature, meter));
    },
  };
}

/** A filter may also be written as the whole path that it stands for: `$.features[?(…)]`. */
function expressionOf(text: string): string {
  const whole = text.startsWith(PATH_START) && text.endsWith(PATH_END);
  return whole ? text.slice(PATH_START.length, -PATH_END.length) : text;
}

const PATH_START = "$.features[?(";
const PATH_END = ")]";

interface Meter {
  spend(steps: number): void;
}

function makeMeter(text: string): Meter {
  let left = FILTER_BUDGET;
  return {
    spend(steps) {
      left -= steps;
      if (left >= 0) return;
      throw new InvalidInput(
        `chain_filter ${showValue(text)}: more than ${FILTER_BUDGET} steps for the items of one payload`,
        {
          hint: "Simplify the regular expression, or send fewer items in one payload.",
        },
      );
    },
  };
}

function passes(filter: Filter, feature: Json, meter: Meter): boolean {
  meter.spend(1);
  switch (filter.kind) {
    case "or":
      return passes(filter.left, feature, meter) || passes(filter.right, feature, meter);
    case "and":
      return passes(filter.left, feature, meter) && passes(filter.right, feature, meter);
    case "not":
      return !passes(filter.inner, feature, meter);
    case "exists":
      return resolve(filter.operand, feature) !== undefined;
    case "compare":
      return compare(resolve(filter.left, feature), filter.operator, resolve(filter.right, feature));
    case "match": {
      const value = resolve(filter.operand, feature);
      if (typeof value !== "string") return false;
      meter.spend(filter.pattern.programSize() * value.length);
      return filter.pattern.test(value);
    }
  }
}

function resolve(operand: Operand, feature: Json): Json | undefined {
  if (operand.kind === "literal") return operand.value;
  return operand.keys.reduce<Json | undefined>(member, feature);
}

function member(value: Json | undefined, key: string | number): Json | undefined {
  if (Array.isArray(value)) return typeof key === "number" ? value.at(key) : undefined;
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A missing member equals null and nothing else; values of two types are never equal, less or greater. */
function compare(left: Json | undefined, operator: Exclude<Operator, "=~">, right: Json | undefined): boolean {
  if (left === null || right === null) {
    const equal = (left ?? null) === (right ?? null);
    return operator === "==" ? equal : operator === "!=" ? !equal : false;
  }
  if (left === undefined || right === undefined) return false;
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  if (typeof left === "number" && typeof right === "number") return inOrder(left, operator, right);
  if (typeof left === "string" && typeof right === "string") return inOrder(left, operator, right);
  return false;
}

function inOrder<T extends number | string>(left: T, operator: "<" | "<=" | ">" | ">=", right: T): boolean {
  if (operator === "<") return left < right;
  if (operator === "<=") return left <= right;
  if (operator === ">") return left > right;
  return left >= right;
}
