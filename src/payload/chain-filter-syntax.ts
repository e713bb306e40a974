/** The grammar of a chain filter, read by recursive descent: or, and, not, parentheses, comparison, existence. */
import { RE2JS, RE2JSException } from "re2js";
import type { InvalidInput } from "../errors.ts";
import { filterError, type Operator, type Token, tokenize } from "./chain-filter-tokens.ts";

export type Scalar = string | number | boolean | null;

export type Operand =
  | { readonly kind: "path"; readonly keys: readonly (string | number)[] }
  | { readonly kind: "literal"; readonly value: Scalar };

export type Filter =
  | { readonly kind: "or" | "and"; readonly left: Filter; readonly right: Filter }
  | { readonly kind: "not"; readonly inner: Filter }
  | { readonly kind: "exists"; readonly operand: Operand }
  | {
      readonly kind: "compare";
      readonly left: Operand;
      readonly operator: Exclude<Operator, "=~">;
      readonly right: Operand;
    }
  | { readonly kind: "match"; readonly operand: Operand; readonly pattern: RE2JS };

/** Keeps the parser's recursion and the work per item small; real filters have fewer than 200 characters. */
export const MAX_FILTER_CHARACTERS = 2_000;

/** Parentheses and `!` within one another. */
const MAX_NESTING = 50;

/** Instructions of a compiled pattern. `[a-z]{1000}` has 1,002; the time for a text is their product with its length. */
const MAX_PATTERN_SIZE = 1_200;

/** Throws InvalidInput that names the filter, the position and what was expected there. */
export function parseFilter(text: string): Filter {
  if (text.length > MAX_FILTER_CHARACTERS) {
    throw filterError(text, MAX_FILTER_CHARACTERS, `at most ${MAX_FILTER_CHARACTERS} characters`);
  }
  const parser = makeParser(text);
  const filter = parser.or(0);
  parser.end();
  return filter;
}

function makeParser(text: string) {
  const tokens = tokenize(text);
  const last: Token = { kind: "end", at: text.length };
  let index = 0;

  const peek = (): Token => tokens[index] ?? last;
  const fail = (expected: string, token = peek()): InvalidInput => filterError(text, token.at, expected);
  const accept = (...symbols: readonly string[]): boolean => {
    const token = peek();
    if (token.kind !== "symbol" || !symbols.includes(token.text)) return false;
    index++;
    return true;
  };

  function or(nesting: number): Filter {
    let left = and(nesting);
    while (accept("|", "||")) left = { kind: "or", left, right: and(nesting) };
    return left;
  }

  function and(nesting: number): Filter {
    let left = unary(nesting);
    while (accept("&", "&&")) left = { kind: "and", left, right: unary(nesting) };
    return left;
  }

  function unary(nesting: number): Filter {
    if (nesting > MAX_NESTING) throw fail(`at most ${MAX_NESTING} levels of parentheses and !`);
    if (accept("!")) return { kind: "not", inner: unary(nesting + 1) };
    if (!accept("(")) return comparison();
    const inner = or(nesting + 1);
    if (!accept(")")) throw fail("& or | or a closing parenthesis");
    return inner;
  }

  function comparison(): Filter {
    const left = operand();
    const operator = peek();
    if (operator.kind !== "operator") {
      if (left.kind === "literal") throw fail("a comparison operator");
      return { kind: "exists", operand: left };
    }
    index++;
    if (operator.text === "=~") return { kind: "match", operand: left, pattern: pattern() };
    return { kind: "compare", left, operator: operator.text, right: operand() };
  }

  function operand(): Operand {
    if (accept("@")) return { kind: "path", keys: path() };
    const token = peek();
    index++;
    if (token.kind === "string") return { kind: "literal", value: token.text };
    if (token.kind === "number") return { kind: "literal", value: token.value };
    if (token.kind === "name" && token.text in CONSTANTS)
      return { kind: "literal", value: CONSTANTS[token.text] ?? null };
    throw fail("a member such as @.id, a text in quotes, a number, true, false or null", token);
  }

  function path(): (string | number)[] {
    const keys: (string | number)[] = [];
    for (;;) {
      if (accept(".")) keys.push(key("a member's name", "name", "string"));
      else if (accept("[")) {
        keys.push(key("a member's name in quotes or an index", "string", "number"));
        if (!accept("]")) throw fail("a closing bracket");
      } else return keys;
    }
  }

  function key(expected: string, ...kinds: readonly Token["kind"][]): string | number {
    const token = peek();
    index++;
    if (kinds.includes(token.kind)) {
      if (token.kind === "name" || token.kind === "string") return token.text;
      if (token.kind === "number" && Number.isInteger(token.value)) return token.value;
    }
    throw fail(expected, token);
  }

  function pattern(): RE2JS {
    const token = peek();
    index++;
    if (token.kind !== "string") throw fail("a regular expression in quotes", token);
    try {
      const compiled = RE2JS.compile(token.text);
      if (compiled.programSize() <= MAX_PATTERN_SIZE) return compiled;
    } catch (error) {
      if (!(error instanceof RE2JSException)) throw error;
      // RE2 has no backreferences and no lookahead: that is what keeps it linear.
      throw fail(`a regular expression in RE2's syntax (${error.message})`, token);
    }
    throw fail("a smaller regular expression: its repetitions multiply to too much", token);
  }

  return {
    or,
    end() {
      if (peek().kind !== "end") throw fail("& or | or the end of the filter");
    },
  };
}

const CONSTANTS: Readonly<Record<string, boolean | null>> = Object.assign(Object.create(null), {
  true: true,
  false: false,
  null: null,
});
