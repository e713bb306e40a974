/** What is wrong with the YAML itself, in words for people who write files and no parsers. */
import { type Document, isScalar, type LineCounter, visit, type YAMLMap, type YAMLParseError } from "yaml";
import type { Problem } from "../errors.ts";

type Explanation = Pick<Problem, "code" | "message" | "hint">;

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
  BLOCK_AS_IMPLICIT_KEY:
    "A text with a colon and a space in it stands in quotes; keys of one map stand below each other.",
  MULTILINE_IMPLICIT_KEY: "Behind a key stand a colon and a space.",
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
