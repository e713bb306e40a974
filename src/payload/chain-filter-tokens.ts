/** Cuts the text of a chain filter into tokens, each with its position. */
import { InvalidInput } from "../errors.ts";
import { showValue } from "./problems.ts";

export type Token = { readonly at: number } & (
  | { readonly kind: "symbol"; readonly text: string }
  | { readonly kind: "operator"; readonly text: Operator }
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "end" }
);

export type Operator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "=~";

const OPERATORS: Readonly<Record<string, Operator>> = {
  "==": "==",
  "=": "==",
  "!=": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "=~": "=~",
};

/** Sticky patterns, tried in this order: the longer symbol before its beginning. */
const SPACE = /\s+/y;
const OPERATOR = /==|=~|!=|<=|>=|[<>=]/y;
const SYMBOL = /&&|\|\||[&|!()[\].@]/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** A name may hold `:` and `-`, as STAC's `eo:cloud_cover` does. */
const NAME = /[\p{L}_][\p{L}\p{N}_:-]*/uy;
const STRING = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y;

export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const space = take(SPACE, text, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const [token, length] = nextToken(text, at);
    tokens.push(token);
    at += length;
  }
  return [...tokens, { kind: "end", at }];
}

function nextToken(text: string, at: number): readonly [Token, number] {
  const string = take(STRING, text, at);
  if (string !== undefined) return [{ kind: "string", at, text: unquote(string) }, string.length];
  if (/['"]/.test(text.charAt(at))) throw filterError(text, at, "a closing quote");
  const sign = take(OPERATOR, text, at);
  const operator = sign === undefined ? undefined : OPERATORS[sign];
  if (sign !== undefined && operator !== undefined) return [{ kind: "operator", at, text: operator }, sign.length];
  const symbol = take(SYMBOL, text, at);
  if (symbol !== undefined) return [{ kind: "symbol", at, text: symbol }, symbol.length];
  const number = take(NUMBER, text, at);
  if (number !== undefined) return [{ kind: "number", at, value: Number(number) }, number.length];
  const name = take(NAME, text, at);
  if (name !== undefined) return [{ kind: "name", at, text: name }, name.length];
  throw filterError(text, at, "a member such as @.id, a text in quotes, a number or an operator");
}

function take(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** A backslash makes a quote or a backslash literal; before anything else it stays, so that '\d' is a digit to `=~`. */
function unquote(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(['"\\])/g, "$1");
}

export function filterError(text: string, at: number, expected: string): InvalidInput {
  const found = at >= text.length ? "its end" : showValue(text.slice(at, at + 20));
  return new InvalidInput(
    `chain_filter ${showValue(text)}: found ${found} at character ${at + 1}, expected ${expected}`,
    {
      hint: "Correct the filter; an example is @.id =~ '^S2' & @.properties.gsd <= 10",
    },
  );
}
