/** What is wrong with the YAML itself, in words for people who write files and no parsers. */
import { type Document, isScalar, type LineCounter, visit, type YAMLMap, type YAMLParseError } from "yaml";
import type { Problem } from "../errors.ts";

type Explanation = Pick<Problem, "code" | "message" | "hint">;

/** Of a file that is no YAML the first error alone: one line that is indented wrongly makes errors of the next dozen. */
export function errorsToShow(errors: readonly YAMLParseError[]): readonly YAMLParseError[] {
  const [first] = errors.filter(({ code }) => code !== "DUPLICATE_KEY").toSorted((a, b) => a.pos[0] - b.pos[0]);
  return first === undefined ? errors : [first];
}

export function explainSyntaxError(error: YAMLParseError, document: Document, lines: LineCounter): Explanation {
  switch (error.code) {
    case "DUPLICATE_KEY":
      return { code: "duplicate-key", ...twice(error.pos[0], document, lines) };
    case "MULTIPLE_DOCS":
      return { code: "yaml", message: "A second document begins here", hint: "Give it a file of its own." };
    default:
      return { code: "yaml", message: error.message, hint: HINTS[error.code] };
  }
}

/** The parser says what it did not expect; what people meant is most often this. */
const HINTS: Readonly<Partial<Record<YAMLParseError["code"], string>>> = {
  TAB_AS_INDENT: "Indent with spaces.",
  BAD_INDENT: "Check the indentation of this line and the one above, and that every bracket is closed.",
  BLOCK_AS_IMPLICIT_KEY:
    "A text with a colon and a space in it stands in quotes; keys of one map begin in the same column: check the indentation of this line and the next.",
  MULTILINE_IMPLICIT_KEY:
    "Behind a key stand a colon and a space. Check the indentation of this line and the one above.",
  MISSING_CHAR:
    "Behind a key stand a colon and a space, before an entry of a list a dash, and quotes are closed. Check the indentation of this line and the one above.",
  UNEXPECTED_TOKEN:
    "Check the indentation of this line and the one above; a quote within '…' is written twice, and nothing follows the last one.",
  BAD_SCALAR_START: "A text that begins like this stands in quotes.",
};

function twice(offset: number, document: Document, lines: LineCounter): Pick<Problem, "message" | "hint"> {
  const found: { readonly name: string; readonly line: number }[] = [];
  visit(document, {
    Map(_, map) {
      const keys = keysOf(map);
      const second = keys.find((key) => key.offset === offset);
      const first = keys.find(({ name }) => name === second?.name);
      if (second !== undefined && first !== undefined) {
        found.push({ name: second.name, line: lines.linePos(first.offset).line });
      }
    },
  });
  const [key] = found;
  if (key === undefined) return { message: "A key stands here for the second time", hint: "Leave one of them out." };
  return {
    message: `${key.name} stands here for the second time: the first is in line ${key.line}`,
    hint: "Leave one of them out, or give it another name.",
  };
}

function keysOf(map: YAMLMap): readonly { readonly name: string; readonly offset: number }[] {
  return map.items.flatMap(({ key }) =>
    isScalar(key) && key.range ? [{ name: String(key.value), offset: key.range[0] }] : [],
  );
}
