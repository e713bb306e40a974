/** The right side of a `key.$` field: a path, or a call of an intrinsic function. */
import type { Json } from "../json.ts";
import { EvaluationError } from "./errors.ts";
import { INTRINSICS } from "./intrinsics.ts";
import { type PathData, parsePath, readPath } from "./paths.ts";
import type { Random } from "./random.ts";

export interface EvaluationData extends PathData {
  readonly random: Random;
}

export type Expression = (data: EvaluationData) => Json;

/** Text that is no expression; the message says why. */
export class ExpressionSyntaxError extends Error {}

const MAX_NESTING = 10;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z][A-Za-z0-9.]*/y;
const CONSTANTS: ReadonlyMap<string, Json> = new Map([
  ["null", null],
  ["true", true],
  ["false", false],
]);

/**
 * Reads a path or a call. `functions` limits the calls, as in ErrorPath.
 * @throws ExpressionSyntaxError or PathSyntaxError
 */
export function parseExpression(text: string, functions: ReadonlySet<string> | undefined = undefined): Expression {
  if (text.startsWith("$")) {
    const path = parsePath(text);
    return (data) => readPath(path, data);
  }
  const reader = makeReader(text);
  const call = readCall(reader, functions, 1);
  reader.skipSpace();
  if (!reader.atEnd()) throw reader.wrong("the end");
  return call;
}

interface Reader {
  atEnd(): boolean;
  peek(): string;
  take(pattern: RegExp): string | undefined;
  expect(character: string): void;
  skipSpace(): void;
  /** Everything up to the `,` or `)` that ends an argument, brackets and quotes of a path respected. */
  takePath(): string;
  /** A quoted text, its escapes still in it. */
  takeQuoted(): string;
  wrong(wanted: string): ExpressionSyntaxError;
}

function readCall(reader: Reader, functions: ReadonlySet<string> | undefined, depth: number): Expression {
  const name = reader.take(WORD);
  if (name === undefined) throw reader.wrong("a path or an intrinsic function");
  const intrinsic = INTRINSICS.get(name);
  if (intrinsic === undefined) throw new ExpressionSyntaxError(`there is no intrinsic function ${name}`);
  if (functions !== undefined && !functions.has(name)) throw new ExpressionSyntaxError(`${name} is not allowed here`);
  if (depth > MAX_NESTING) throw new ExpressionSyntaxError(`intrinsic functions nest ${MAX_NESTING} deep at most`);
  const values: Expression[] = [];
  reader.expect("(");
  reader.skipSpace();
  while (reader.peek() !== ")") {
    if (values.length > 0) reader.expect(",");
    reader.skipSpace();
    values.push(readArgument(reader, functions, depth, name === "States.Format" && values.length === 0));
    reader.skipSpace();
  }
  reader.expect(")");
  const { minArguments, maxArguments } = intrinsic;
  if (values.length < minArguments || values.length > maxArguments) {
    throw new ExpressionSyntaxError(`${name} does not take ${values.length} arguments`);
  }
  return (data) => {
    try {
      return intrinsic.apply(
        values.map((value) => value(data)),
        data.random,
      );
    } catch (thrown) {
      // The innermost function names itself; those around it pass it on.
      if (!(thrown instanceof EvaluationError) || thrown.message.startsWith("States.")) throw thrown;
      throw new EvaluationError(`${name}: ${thrown.message}`);
    }
  };
}

function readArgument(
  reader: Reader,
  functions: ReadonlySet<string> | undefined,
  depth: number,
  keepsEscapes: boolean,
): Expression {
  const first = reader.peek();
  if (first === "'") {
    const raw = reader.takeQuoted();
    const text = keepsEscapes ? raw : raw.replace(/\\(.)/gs, "$1");
    return () => text;
  }
  if (first === "$") {
    const path = parsePath(reader.takePath());
    return (data) => readPath(path, data);
  }
  const number = reader.take(NUMBER);
  if (number !== undefined) return () => Number(number);
  const constant = reader.take(/(?:null|true|false)\b/y);
  if (constant !== undefined) return () => CONSTANTS.get(constant) ?? null;
  return readCall(reader, functions, depth + 1);
}

function makeReader(text: string): Reader {
  let position = 0;
  const wrong = (wanted: string) => {
    const found = position < text.length ? `'${text.slice(position, position + 12)}'` : "the end";
    return new ExpressionSyntaxError(`expected ${wanted} at character ${position + 1}, found ${found}`);
  };
  const take = (pattern: RegExp) => {
    pattern.lastIndex = position;
    const match = pattern.exec(text)?.[0];
    position += match?.length ?? 0;
    return match;
  };
  return {
    wrong,
    take,
    atEnd: () => position >= text.length,
    peek: () => text.charAt(position),
    skipSpace: () => void take(/\s*/y),
    expect(character) {
      if (text.charAt(position) !== character) throw wrong(`'${character}'`);
      position += 1;
    },
    takePath() {
      const start = position;
      position = endOfPath(text, start);
      return text.slice(start, position).trimEnd();
    },
    takeQuoted() {
      const quoted = take(/'(?:[^'\\]|\\['{}\\])*'/y);
      if (quoted === undefined) throw wrong("a text in single quotes, with \\ only before ' { } or \\");
      return quoted.slice(1, -1);
    },
  };
}

function endOfPath(text: string, start: number): number {
  let depth = 0;
  let quote = "";
  for (let position = start; position < text.length; position += 1) {
    const character = text.charAt(position);
    if (quote !== "") {
      if (character === "\\") position += 1;
      else if (character === quote) quote = "";
    } else if (depth > 0 && (character === "'" || character === '"')) quote = character;
    else if (character === "[" || character === "(") depth += 1;
    else if (depth > 0 && (character === "]" || character === ")")) depth -= 1;
    else if (depth === 0 && (character === "," || character === ")")) return position;
  }
  return text.length;
}
