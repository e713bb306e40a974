/** JSONPath as Step Functions reads it: paths that select, and reference paths that say where a result goes. */
import { JSONPathEnvironment, JSONPathQuery, jsonpath } from "json-p3";
import type { Json } from "../json.ts";
import { isJsonObject } from "../json.ts";
import { EvaluationError } from "./errors.ts";

/** What paths, templates and intrinsic functions read. */
export interface PathData {
  readonly input: Json;
  /** The context object, `$$`. */
  readonly context: Json;
}

export interface Path {
  readonly text: string;
  /** The one value of a definite path (undefined where there is none), the array of values of any other. */
  find(data: PathData): Json | undefined;
}

export type ReferencePath = readonly (string | number)[];

/** Text that is no path; the message says why. */
export class PathSyntaxError extends Error {}

const environment = new JSONPathEnvironment();
const LENGTH = ".length()";

/** @throws PathSyntaxError */
export function parsePath(text: string): Path {
  const ofContext = text.startsWith("$$");
  // Jayway, which Step Functions uses, has functions at the end of a path; RFC 9535 has not. `length()` is the one people use.
  const countsItems = text.endsWith(LENGTH);
  const query = compile(text.slice(ofContext ? 1 : 0, countsItems ? -LENGTH.length : undefined));
  const select = query.singularQuery() ? definite(query) : indefinite(query);
  return {
    text,
    find(data) {
      const found = select(ofContext ? data.context : data.input);
      if (!countsItems) return found;
      return Array.isArray(found) ? found.length : undefined;
    },
  };
}

/** The path's value; a definite path that leads nowhere fails the state. */
export function readPath(path: Path, data: PathData): Json {
  const found = path.find(data);
  if (found === undefined) throw new EvaluationError(`The path '${path.text}' leads to nothing in the input.`);
  return found;
}

/** @throws PathSyntaxError */
export function parseReferencePath(text: string): ReferencePath {
  if (text.startsWith("$$")) throw new PathSyntaxError("a reference path cannot point into the context object");
  const query = compile(text);
  if (!query.singularQuery())
    throw new PathSyntaxError("a reference path names one place: no wildcards, slices or filters");
  const keys = keysOf(query.segments);
  if (keys.some((key) => typeof key === "number" && key < 0)) {
    throw new PathSyntaxError("a reference path counts items from the start");
  }
  return keys;
}

/** A copy of `target` with `value` at the place; objects on the way are made, anything else on the way is refused. */
export function placeAt(target: Json, keys: ReferencePath, value: Json): Json {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (typeof key === "number") {
    if (!Array.isArray(target) || key >= target.length) throw misplaced(keys, target);
    return target.with(key, placeAt(target[key], rest, value));
  }
  if (!isJsonObject(target)) throw misplaced(keys, target);
  const inner = Object.hasOwn(target, key) ? (target[key] ?? null) : {};
  return { ...target, [key]: placeAt(inner, rest, value) };
}

function misplaced(keys: ReferencePath, target: Json): EvaluationError {
  const kind = Array.isArray(target) ? `an array of ${target.length}` : target === null ? "null" : typeof target;
  return new EvaluationError(
    `ResultPath cannot put a value at ${JSON.stringify(keys)} of ${kind}.`,
    "States.ResultPathMatchFailure",
  );
}

function compile(text: string): JSONPathQuery {
  try {
    return environment.compile(text);
  } catch (thrown) {
    throw new PathSyntaxError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function definite(query: JSONPathQuery): (root: Json) => Json | undefined {
  const keys = keysOf(query.segments);
  return (root) => {
    let value: Json | undefined = root;
    for (const key of keys) value = member(value, key);
    return value;
  };
}

/** As in Jayway, only what follows the first wildcard, slice or filter may be absent: `$.missing[*]` leads nowhere. */
function indefinite(query: JSONPathQuery): (root: Json) => Json | undefined {
  const turn = query.segments.findIndex((segment) => !new JSONPathQuery(environment, [segment]).singularQuery());
  const start = definite(new JSONPathQuery(environment, query.segments.slice(0, turn)));
  return (root) => {
    if (start(root) === undefined) return undefined;
    try {
      // The library's JSONValue is our Json without readonly; it changes nothing.
      return query.query(root as never).values() as Json[];
    } catch (thrown) {
      // Data nested deeper than a descent may follow.
      throw new EvaluationError(`A path cannot be applied: ${(thrown as Error).message}`);
    }
  };
}

function keysOf(segments: readonly jsonpath.JSONPathSegment[]): (string | number)[] {
  return segments.map((segment) => {
    const selector = segment.selectors[0];
    if (selector instanceof jsonpath.selectors.NameSelector) return selector.name;
    if (selector instanceof jsonpath.selectors.IndexSelector) return selector.index;
    throw new PathSyntaxError("a definite path has only names and numbers");
  });
}

function member(value: Json | undefined, key: string | number): Json | undefined {
  if (typeof key === "number") return Array.isArray(value) ? value.at(key) : undefined;
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
