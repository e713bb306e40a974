/** How problems in a payload are worded: where, what was found, what was expected, what to do. */
import { locate, type Problem } from "../errors.ts";
import { isJsonObject } from "../json.ts";
import { cutText } from "./cut.ts";

const SHOWN_CHARACTERS = 80;
const SHOWN_MEMBERS = 5;
const SHOWN_DEPTH = 3;

export interface Mismatch {
  readonly code: string;
  /** Keys from the root to the value: `["process", 0, "workflow"]`. */
  readonly path: readonly PropertyKey[];
  readonly found: unknown;
  readonly expected: string;
  readonly hint: string;
}

export function mismatch({ code, path, found, expected, hint }: Mismatch): Problem {
  return { code, path: jsonPath(path), message: `found ${showValue(found)}, expected ${expected}`, hint };
}

/** `$.process[0].tasks['copy-assets']` */
export function jsonPath(keys: readonly PropertyKey[]): string {
  return `$${keys.map(jsonPathStep).join("")}`;
}

function jsonPathStep(key: PropertyKey): string {
  if (typeof key === "number") return `[${key}]`;
  const name = String(key);
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return `.${name}`;
  return `['${JSON.stringify(cutText(name, SHOWN_CHARACTERS)).slice(1, -1).replaceAll("'", "\\'")}']`;
}

/** A value as JSON, cut to 80 characters; `nothing` where there is none. */
export function showValue(value: unknown): string {
  return cutText(preview(value, SHOWN_DEPTH), SHOWN_CHARACTERS);
}

/** Reads only the beginning of a value: it may be megabytes large or nested without end. */
function preview(value: unknown, depth: number): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(cutText(value, SHOWN_CHARACTERS));
  if (Array.isArray(value)) {
    return depth === 0 && value.length > 0 ? "[…]" : `[${previewAll(value, (member) => preview(member, depth - 1))}]`;
  }
  if (isJsonObject(value)) {
    const names = Object.keys(value);
    if (depth === 0 && names.length > 0) return "{…}";
    return `{${previewAll(names, (name) => `${preview(name, 0)}:${preview(value[name], depth - 1)}`)}}`;
  }
  return String(value);
}

function previewAll<T>(members: readonly T[], show: (member: T) => string): string {
  const shown = members.slice(0, SHOWN_MEMBERS).map(show);
  return [...shown, ...(members.length > SHOWN_MEMBERS ? ["…"] : [])].join(",");
}

/** One line per problem: `$.process[0].workflow: found 5, expected … Write … */
export function explainProblems(problems: readonly Problem[]): string {
  return problems.map(explainProblem).join("\n");
}

function explainProblem(problem: Problem): string {
  const place = locate(problem);
  return `${place === "" ? "" : `${place}: `}${problem.message}.${problem.hint ? ` ${problem.hint}` : ""}`;
}
