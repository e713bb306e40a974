/**
 * Where a text stops being JSON, what stands there, and what to do. JSON.parse says the place of some errors only, and
 * of the others quotes the lines around.
 */
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import { describeError, type Problem } from "../../errors.ts";

/** Of a text that JSON.parse refused with `thrown`. `line` is where it begins in its file. */
export function jsonProblem(
  text: string,
  file: string,
  { line = 1, thrown }: { line?: number; thrown: unknown },
): Problem {
  if (text.trim() === "") return { code: "not-json", file, message: "it is empty.", hint: FORM };
  const first = firstError(text);
  if (first === undefined) return { code: "not-json", file, message: describeError(thrown).cause, hint: FORM };
  const before = text.slice(0, first.offset).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  const { expected, hint = FORM } = explain(first, text);
  const message = `found ${standsAt(text, first.offset)}, expected ${expected}.`;
  return { code: "not-json", file, line: line + before.length - 1, column, message, hint };
}

/** Undefined where only JSON.parse knows: jsonc-parser calls itself for each bracket, and has no stack for 100,000 of them. */
function firstError(text: string): ParseError | undefined {
  const errors: ParseError[] = [];
  try {
    parse(text, errors, { disallowComments: true });
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  return errors[0];
}

const FORM =
  "Write one JSON document, or one payload on each line. See one: npx cirrus show workflow publish-only payload";

interface Explanation {
  readonly expected: string;
  readonly hint?: string;
}

const COMMA = "Is there a comma too many before it? After the last one there is none.";
const COMPLETE = "Is the file complete, and every bracket and quote in it closed?";
const QUOTES = "Texts and names of members stand in double quotes; only numbers, true, false and null go without.";

function explain({ error, offset }: ParseError, text: string): Explanation {
  if (text[offset] === BYTE_ORDER_MARK) {
    return { expected: "{", hint: "Save the file as UTF-8 without a byte order mark." };
  }
  const known = EXPLANATIONS[printParseErrorCode(error)] ?? { expected: "JSON" };
  return text.slice(offset).trim() === "" ? { ...known, hint: COMPLETE } : known;
}

const BYTE_ORDER_MARK = "\uFEFF";

/** By jsonc-parser's names of errors. */
const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  InvalidSymbol: { expected: "JSON", hint: QUOTES },
  InvalidNumberFormat: { expected: "a number" },
  UnexpectedEndOfNumber: { expected: "a whole number, or digits behind the point" },
  PropertyNameExpected: { expected: "the name of a member in double quotes", hint: COMMA },
  ValueExpected: { expected: "a value", hint: COMMA },
  ColonExpected: { expected: "a colon behind the member's name", hint: 'Write "name": value.' },
  CommaExpected: { expected: "a comma before it", hint: "Write one between two members or values." },
  CloseBraceExpected: { expected: "} or a comma", hint: COMPLETE },
  CloseBracketExpected: { expected: "] or a comma", hint: COMPLETE },
  EndOfFileExpected: { expected: "nothing more: the document ends before it" },
  InvalidCommentToken: { expected: "JSON, which has no comments", hint: "Remove the comment." },
  UnexpectedEndOfComment: { expected: "JSON, which has no comments", hint: "Remove the comment." },
  UnexpectedEndOfString: {
    expected: "a double quote at its end",
    hint: "A text ends in the line that it begins in; a line feed in it is written as \\n.",
  },
  InvalidUnicode: { expected: "four hexadecimal digits behind \\u" },
  InvalidEscapeCharacter: { expected: 'one of "\\/bfnrtu behind a backslash' },
  InvalidCharacter: { expected: "no such character in a text", hint: "A tab is written as \\t." },
};

const SHOWN_CHARACTERS = 30;

/** The word, the text or the sign that stands there. */
function standsAt(text: string, offset: number): string {
  if (text[offset] === BYTE_ORDER_MARK) return "a byte order mark";
  const [, found = ""] = /^\s*("(?:\\.|[^"\\\n])*"?|[^\s"{}[\],:]+|\S)/.exec(text.slice(offset, offset + 1000)) ?? [];
  if (found === "") return "the end of the file";
  return found.length > SHOWN_CHARACTERS ? `${found.slice(0, SHOWN_CHARACTERS)}…` : found;
}
