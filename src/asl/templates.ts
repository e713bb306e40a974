/** Payload templates: the JSON of Parameters, ItemSelector and ResultSelector, in which `key.$` fields are computed. */
import type { Json } from "../json.ts";
import { isJsonObject } from "../json.ts";
import type { EvaluationData } from "./expressions.ts";
import { type Expression, parseExpression } from "./expressions.ts";
import { memberPath } from "./json-path.ts";

export type Template = (data: EvaluationData) => Json;

export interface TemplateProblem {
  readonly path: string;
  readonly message: string;
}

const COMPUTED = ".$";

/** Reads the template at `path`; every problem in it is handed to `report`. */
export function parseTemplate(value: unknown, path: string, report: (problem: TemplateProblem) => void): Template {
  if (Array.isArray(value)) {
    const items = value.map((item, index) => parseTemplate(item, `${path}[${index}]`, report));
    return (data) => items.map((item) => item(data));
  }
  if (isJsonObject(value)) return parseObject(value, path, report);
  // What is neither array nor object in a parsed JSON document is a scalar.
  const scalar = (value ?? null) as Json;
  return () => scalar;
}

function parseObject(
  object: Readonly<Record<string, unknown>>,
  path: string,
  report: (problem: TemplateProblem) => void,
): Template {
  const fields = Object.entries(object).map(([key, value]): readonly [string, Template] => {
    const at = memberPath(path, key);
    if (!key.endsWith(COMPUTED)) return [key, parseTemplate(value, at, report)];
    const plain = key.slice(0, -COMPUTED.length);
    if (Object.hasOwn(object, plain)) report({ path: at, message: `Both ${plain} and ${key} are given: keep one.` });
    return [plain, parseComputed(value, at, report)];
  });
  return (data) => Object.fromEntries(fields.map(([key, template]) => [key, template(data)]));
}

function parseComputed(value: unknown, path: string, report: (problem: TemplateProblem) => void): Expression {
  try {
    if (typeof value === "string") return parseExpression(value);
    report({ path, message: "A field whose name ends in .$ holds a path or an intrinsic function, as text." });
  } catch (thrown) {
    report({ path, message: `Not a path or intrinsic function: ${(thrown as Error).message}.` });
  }
  return () => null;
}
