/**
 * How a task's `args` become a function's arguments. The rule:
 *
 * - By name: each parameter gets the argument of its name, wherever it stands. One without a default and without `?` has to
 *   be given, and nothing may be given that the function does not take. A rest parameter takes a list.
 * - As one object: where the only parameter is a pattern (`{ user, top = 3 }`), or where no argument has its name and it is
 *   called `args` or its type is written as an object's (`options: Options`, `options: { top: number }`).
 */
import { type AnyNode, type Function as FunctionNode, type Pattern, parseExpressionAt } from "acorn";
import type { JsonObject } from "../../json.ts";
import { nearest } from "../../nearest.ts";
import type { ParsedCell } from "./parse-cell.ts";
import { offsetAt } from "./place.ts";

export type Parameters =
  | { readonly style: "named"; readonly parameters: readonly Parameter[] }
  /** `keys`: undefined where it takes any. */
  | { readonly style: "object"; readonly keys?: readonly string[] | undefined; readonly text: string }
  /** A parameter that is a pattern has neither a name nor a default, and there are others beside it. */
  | { readonly style: "unnamed" };

export interface Parameter {
  readonly name: string;
  readonly kind: "required" | "optional" | "rest";
  /** An object by its type or name. */
  readonly object: boolean;
}

export type Bound =
  | { readonly outcome: "bound"; readonly values: readonly unknown[] }
  | { readonly outcome: "refused"; readonly message: string; readonly hint?: string | undefined };

/** `cell`: in which the function is written, for what its types say. */
export function readParameters({ params }: FunctionNode, cell?: ParsedCell): Parameters {
  const [first] = params;
  if (first && params.length === 1 && patternOf(first).type === "ObjectPattern") return objectStyle(patternOf(first));
  const parameters = params.map((param) => readParameter(param, cell));
  return parameters.every((parameter) => parameter !== undefined)
    ? { style: "named", parameters }
    : { style: "unnamed" };
}

/** Of a function that another one made: as it says itself. One that says nothing takes anything, as one object. */
export function parametersOf(value: (...given: never[]) => unknown): Parameters {
  const text = Function.prototype.toString.call(value);
  const found = parseFunction(`(${text})`) ?? parseFunction(`({${text}})`);
  const only = found?.params.length === 1 ? found.params[0] : undefined;
  if (found === undefined || only?.type === "RestElement") return { style: "object", text: "args" };
  return readParameters(found);
}

export function bindArguments(name: string, parameters: Parameters, args: JsonObject): Bound {
  if (parameters.style === "unnamed") {
    return {
      outcome: "refused",
      message: `${name} has a parameter without a name, to which nothing can be given by name`,
      hint: `Let it take one object: function ${name}({ … }).`,
    };
  }
  if (parameters.style === "object") {
    const { keys, text } = parameters;
    const unexpected = keys === undefined ? [] : Object.keys(args).filter((key) => !keys.includes(key));
    if (unexpected.length > 0) return refusal(`${name}(${text})`, [], unexpected, keys ?? []);
    return { outcome: "bound", values: [args] };
  }
  const [only, ...others] = parameters.parameters;
  if (only?.object && others.length === 0 && !Object.hasOwn(args, only.name))
    return { outcome: "bound", values: [args] };
  return bindByName(name, parameters.parameters, args);
}

function bindByName(name: string, parameters: readonly Parameter[], args: JsonObject): Bound {
  const names = parameters.map((parameter) => parameter.name);
  const unexpected = Object.keys(args).filter((key) => !names.includes(key));
  const missing = parameters.filter(({ name, kind }) => kind === "required" && !Object.hasOwn(args, name));
  const signature = `${name}(${parameters.map(parameterText).join(", ")})`;
  if (unexpected.length + missing.length > 0) {
    const missed = missing.map((parameter) => parameter.name);
    return refusal(signature, missed, unexpected, names);
  }
  const rest = parameters.find(({ kind }) => kind === "rest");
  const list = rest === undefined ? undefined : args[rest.name];
  if (rest && list !== undefined && !Array.isArray(list)) {
    return { outcome: "refused", message: `args do not fit ${signature}: ${rest.name} has to be a list` };
  }
  const given = parameters.filter(({ kind }) => kind !== "rest").map((parameter) => args[parameter.name]);
  return { outcome: "bound", values: [...given, ...(Array.isArray(list) ? list : [])] };
}

function refusal(signature: string, missing: string[], unexpected: string[], known: readonly string[]): Bound {
  const parts = [
    ...unexpected.map((key) => {
      const meant = nearest(key, known);
      return meant === undefined ? `unexpected ${key}` : `unexpected ${key} (did you mean ${meant}?)`;
    }),
    ...missing.map((key) => `missing ${key}`),
  ];
  const isLone = known.length === 1 && missing.length === 1;
  return {
    outcome: "refused",
    message: `args do not fit ${signature}: ${parts.join(", ")}`,
    ...(isLone
      ? { hint: `To get all arguments as one object, call the parameter args or write a pattern: { … }.` }
      : {}),
  };
}

function parameterText({ name, kind }: Parameter): string {
  if (kind === "rest") return `...${name}`;
  return kind === "optional" ? `${name}?` : name;
}

/** Without its default. */
function patternOf(param: Pattern): Pattern {
  return param.type === "AssignmentPattern" ? param.left : param;
}

function readParameter(param: Pattern, cell: ParsedCell | undefined): Parameter | undefined {
  const pattern = param.type === "RestElement" ? param.argument : patternOf(param);
  if (pattern.type !== "Identifier") return param.type === "AssignmentPattern" ? NEVER_GIVEN : undefined;
  const { name } = pattern;
  if (param.type === "RestElement") return { name, kind: "rest", object: false };
  const type = cell === undefined ? "" : textAfter(cell, pattern.end);
  const isOptional = param.type === "AssignmentPattern" || /^\s*\?/.test(type);
  return { name, kind: isOptional ? "optional" : "required", object: name === "args" || OBJECT_TYPE.test(type) };
}

/** A pattern among other parameters: its default has to do. */
const NEVER_GIVEN: Parameter = { name: "{ … }", kind: "optional", object: false };

/** What is written behind a name: its type, which is gone in the JavaScript. */
function textAfter({ source, toSource }: ParsedCell, end: number): string {
  const { line, column } = toSource(end - 1);
  return source.slice(offsetAt(source, line, column) + 1);
}

/** A literal or the name of somebody's type; built-in types that are named are values of their own. */
const OBJECT_TYPE =
  /^\s*\??\s*:\s*(?:\{|(?!(?:Array|ReadonlyArray|Date|String|Number|Boolean|Set|Map|URL|[A-Za-z0-9]+Array)\b)[A-Z][\w$.]*(?!\s*\[|[\w$.]))/;

function objectStyle(pattern: Pattern): Parameters {
  if (pattern.type !== "ObjectPattern") return { style: "unnamed" };
  const keys = pattern.properties.flatMap((property) =>
    property.type === "Property" ? (keyOf(property.key, property.computed) ?? []) : [],
  );
  const isOpen = keys.length < pattern.properties.length;
  return {
    style: "object",
    text: `{ ${[...keys, ...(isOpen ? ["…"] : [])].join(", ")} }`,
    keys: isOpen ? undefined : keys,
  };
}

function keyOf(key: AnyNode, computed: boolean): string | undefined {
  if (key.type === "Identifier") return computed ? undefined : key.name;
  return key.type === "Literal" ? String(key.value) : undefined;
}

function parseFunction(text: string): FunctionNode | undefined {
  try {
    const node: AnyNode = parseExpressionAt(text, 0, { ecmaVersion: "latest", sourceType: "module" });
    const [member] = node.type === "ObjectExpression" ? node.properties : [];
    const found: AnyNode = member?.type === "Property" ? member.value : node;
    return found.type === "FunctionExpression" || found.type === "ArrowFunctionExpression" ? found : undefined;
  } catch {
    // Of a function that is not written in JavaScript: `{ [native code] }`.
    return undefined;
  }
}
