/**
 * What no payload may hold anywhere, whatever its schema: keys that reach an object's prototype when they are merged,
 * halves of UTF-16 pairs (no service stores them), nesting that exhausts a stack, values that JSON has no form for.
 */
import type { Problem } from "../errors.ts";
import { mismatch } from "./problems.ts";

/** Levels of arrays and objects. Real STAC items stay below 12. */
export const MAX_DEPTH = 64;

/** Reporting ten thousand of the same kind helps nobody. */
const MOST_REPORTED = 20;

const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

interface Place {
  readonly value: unknown;
  readonly key?: PropertyKey;
  readonly parent?: Place;
  readonly depth: number;
}

/** Walks without recursion, so that nesting of any depth is reported rather than suffered. */
export function findHazards(root: unknown): readonly Problem[] {
  const problems: Problem[] = [];
  const places: Place[] = [{ value: root, depth: 0 }];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const problem = hazardOf(place);
    if (problem !== undefined) problems.push(problem);
    if (problems.length >= MOST_REPORTED) break;
    if (typeof place.value === "object" && place.value !== null && place.depth < MAX_DEPTH) {
      // One by one: as arguments of a single push, a long array would overflow the stack.
      for (const member of membersOf(place, place.value).reverse()) places.push(member);
    }
  }
  return problems;
}

function membersOf(parent: Place, value: object): Place[] {
  const depth = parent.depth + 1;
  if (Array.isArray(value)) return Array.from(value, (member: unknown, key) => ({ value: member, key, parent, depth }));
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]: [string, unknown]) => ({ value: member, key, parent, depth }));
}

function hazardOf(place: Place): Problem | undefined {
  const { value, key, depth } = place;
  if (typeof key === "string" && FORBIDDEN_KEYS.has(key)) {
    return mismatch({
      code: "forbidden-key",
      path: pathOf(place),
      found: key,
      expected: "a key other than __proto__, constructor and prototype",
      hint: "Rename the member: merging such a key would change every object of the program that reads it.",
    });
  }
  if (typeof key === "string" && !key.isWellFormed()) return halfCharacter(place, key);
  if (typeof value === "string") return value.isWellFormed() ? undefined : halfCharacter(place, value);
  if (typeof value === "number" && Number.isFinite(value)) return undefined;
  if (value === null || typeof value === "boolean") return undefined;
  if (typeof value !== "object") {
    return mismatch({
      code: "not-json-value",
      path: pathOf(place),
      found: value,
      expected: "null, true, false, a number, a string, an array or an object",
      hint: "Send what JSON can hold.",
    });
  }
  if (depth < MAX_DEPTH) return undefined;
  return mismatch({
    code: "too-deep",
    path: pathOf(place),
    found: value,
    expected: `at most ${MAX_DEPTH} levels of arrays and objects`,
    hint: "Flatten the value, or keep it in an object of its own and refer to it by URL.",
  });
}

function halfCharacter(place: Place, found: string): Problem {
  return mismatch({
    code: "lone-surrogate",
    path: pathOf(place),
    found,
    expected: "whole Unicode characters (this text holds one half of a surrogate pair)",
    hint: "Repair the text where it was cut or wrongly decoded.",
  });
}

function pathOf(place: Place): PropertyKey[] {
  const keys: PropertyKey[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) if (at.key !== undefined) keys.push(at.key);
  return keys.reverse();
}
