/** Reads the fields of one object of a definition and reports each that is missing, of the wrong type or unknown. */

import type { Problem } from "../../errors.ts";
import { isJsonObject, type JsonObject } from "../../json.ts";
import { nearest } from "../../nearest.ts";
import type { Expression } from "../expressions.ts";
import { parseExpression } from "../expressions.ts";
import { memberPath } from "../json-path.ts";
import type { NumberSource } from "../model.ts";
import { type Path, parsePath, parseReferencePath, type ReferencePath } from "../paths.ts";
import { parseTemplate, type Template } from "../templates.ts";
import { REFUSED_FIELDS } from "./refused.ts";

export type Report = (problem: Problem) => void;

export interface Range {
  readonly least: number;
  readonly most: number;
}

export interface Fields {
  readonly object: JsonObject;
  /** Of the object itself. */
  readonly path: string;
  has(name: string): boolean;
  /** The JSON path of a field. */
  at(name: string): string;
  report(code: string, path: string, message: string, hint?: string): void;
  /** Reports every field that is not among the names. */
  allow(names: readonly string[]): void;
  require(name: string): boolean;
  text(name: string): string | undefined;
  flag(name: string): boolean | undefined;
  whole(name: string, range: Range): number | undefined;
  number(name: string, range: Range): number | undefined;
  list(name: string): readonly unknown[] | undefined;
  pathOf(name: string): Path | undefined;
  pathOrNull(name: string): Path | null;
  placeOrNull(name: string): ReferencePath | null;
  template(name: string): Template | undefined;
  expression(name: string, functions: ReadonlySet<string>): Expression | undefined;
  /** A number under `name` or a path under `namePath`. */
  numberOrPath(name: string, range: Range): NumberSource | undefined;
  /** Reports when more than one of them is given. */
  atMostOne(names: readonly string[]): void;
}

export function makeFields(object: JsonObject, path: string, reportProblem: Report): Fields {
  const has = (name: string) => Object.hasOwn(object, name) && object[name] !== undefined;
  const at = (name: string) => memberPath(path, name);
  const report: Fields["report"] = (code, where, message, hint) =>
    reportProblem({ code, message, path: where, ...(hint !== undefined && { hint }) });

  /** The value of a field when it passes; undefined when it is absent or was reported. */
  function read<T>(name: string, wanted: string, passes: (value: unknown) => value is T): T | undefined {
    if (!has(name)) return undefined;
    const value = object[name];
    if (passes(value)) return value;
    report("wrong-type", at(name), `${name} is ${describe(value)}, where ${wanted} is expected.`);
    return undefined;
  }
  const text = (name: string) => read(name, "a text", (value) => typeof value === "string");

  function parsed<T>(name: string, parse: (source: string) => T): T | undefined {
    const source = text(name);
    if (source === undefined) return undefined;
    try {
      return parse(source);
    } catch (thrown) {
      report("bad-path", at(name), `${name} '${source}' cannot be read: ${(thrown as Error).message}.`);
      return undefined;
    }
  }
  const inRange = ({ least, most }: Range) => `from ${least} to ${most}`;
  const whole: Fields["whole"] = (name, range) =>
    read(
      name,
      `a whole number ${inRange(range)}`,
      (value): value is number => isWithin(value, range) && isWhole(value),
    );
  const pathOf = (name: string) => parsed(name, parsePath);
  const atMostOne = (names: readonly string[]) => {
    const given = names.filter(has);
    const [, second] = given;
    if (second !== undefined) report("conflicting-fields", at(second), `${given.join(" and ")} exclude each other.`);
  };

  return {
    object,
    path,
    has,
    at,
    report,
    allow: (names) => reportUnknown(object, names, at, report),
    require(name) {
      if (!has(name)) report("missing-field", path, `${name} is missing.`);
      return has(name);
    },
    text,
    flag: (name) => read(name, "true or false", (value) => typeof value === "boolean"),
    whole,
    number: (name, range) =>
      read(name, `a number ${inRange(range)}`, (value): value is number => isWithin(value, range)),
    list: (name) => read(name, "an array", (value) => Array.isArray(value)),
    pathOf,
    pathOrNull: (name) => (object[name] === null ? null : ((has(name) ? pathOf(name) : undefined) ?? WHOLE_INPUT)),
    placeOrNull: (name) => (object[name] === null ? null : (parsed(name, parseReferencePath) ?? [])),
    template(name) {
      const template = read(name, "an object", isJsonObject);
      if (template === undefined) return undefined;
      return parseTemplate(template, at(name), (problem) => report("bad-template", problem.path, problem.message));
    },
    expression: (name, functions) => parsed(name, (source) => parseExpression(source, functions)),
    numberOrPath(name, range) {
      atMostOne([name, `${name}Path`]);
      return whole(name, range) ?? pathOf(`${name}Path`);
    },
    atMostOne,
  };
}

const WHOLE_INPUT = parsePath("$");

function reportUnknown(object: JsonObject, names: readonly string[], at: Fields["at"], report: Fields["report"]): void {
  for (const name of Object.keys(object)) {
    if (names.includes(name)) continue;
    const refusal = REFUSED_FIELDS.get(name);
    if (refusal !== undefined) {
      report("not-supported", at(name), `${name} is not supported: ${refusal.what}.`, refusal.hint);
      continue;
    }
    const meant = nearest(name, names);
    const hint = meant === undefined ? `Known here: ${names.join(", ")}.` : `Did you mean ${meant}?`;
    report("unknown-field", at(name), `There is no field ${name} here.`, hint);
  }
}

function isWithin(value: unknown, { least, most }: Range): value is number {
  return typeof value === "number" && value >= least && value <= most;
}

function isWhole(value: number): boolean {
  return Number.isInteger(value);
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return JSON.stringify(value);
}
