/** A payload that somebody edits to run it again: where the text is no JSON, and in which line each problem lies. */
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { pathParts } from "../../parts/json-tree/json-path.ts";

export interface DraftProblem {
  /** From 1; undefined where it is about the whole. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly message: string;
}

export type Draft =
  | { readonly outcome: "payload"; readonly payload: unknown }
  | { readonly outcome: "problems"; readonly problems: readonly DraftProblem[] };

/** jsonc-parser's codes, as sentences. */
const SENTENCES: Readonly<Record<string, string>> = {
  InvalidSymbol: "This is no JSON: text needs quotes, and only true, false and null go without.",
  InvalidNumberFormat: "This is no number as JSON has them.",
  PropertyNameExpected: "Here a member's name in quotes is expected. Is there a comma too many?",
  ValueExpected: "Here a value is expected. Is there a comma too many?",
  ColonExpected: "Here a colon is expected.",
  CommaExpected: "Here a comma is expected.",
  CloseBraceExpected: "A } is missing.",
  CloseBracketExpected: "A ] is missing.",
  EndOfFileExpected: "The document ended before this.",
  InvalidCommentToken: "JSON has no comments.",
  UnexpectedEndOfString: "A quote is missing at the end of this text.",
  InvalidUnicode: "This is no character: \\u needs four hexadecimal digits.",
  InvalidEscapeCharacter: "This may not stand after a backslash.",
  InvalidCharacter: "This character may not stand in a text as it is.",
};

const MOST_PROBLEMS = 20;

export function draftOf(text: string, payloadId: string): Draft {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  if (errors.length > 0 || !tree) {
    const problems = errors.slice(0, MOST_PROBLEMS).map(({ error, offset }) => {
      const code = printParseErrorCode(error);
      return { ...positionOf(text, offset), message: SENTENCES[code] ?? code };
    });
    return { outcome: "problems", problems: problems.length > 0 ? problems : [aboutAll("There is nothing to run.")] };
  }
  const problems = [...repeatedMembers(tree, text), ...shapeProblems(tree, text, payloadId)];
  return problems.length > 0
    ? { outcome: "problems", problems }
    : { outcome: "payload", payload: JSON.parse(text) as unknown };
}

/** Problems that the API names by path (`payload.process[0].workflow`), with the lines in which they lie. */
export function placed(
  text: string,
  problems: readonly { readonly parameter: string; readonly message: string }[],
): readonly DraftProblem[] {
  const tree = parseTree(text);
  return problems.map(({ parameter, message }) => {
    const path = parameter.replace(/^payload(?=[.[]|$)/, "$");
    const isPath = path.startsWith("$");
    const node = tree && nodeAt(tree, path);
    return {
      ...(node ? positionOf(text, node.offset) : NOWHERE),
      message: isPath ? `${path}: ${message}` : message,
    };
  });
}

const NOWHERE = { line: undefined, column: undefined };

/** The value at a path, or the nearest that is there above it. */
function nodeAt(tree: Node, path: string): Node | undefined {
  const parts = pathParts(path);
  if (!parts) return undefined;
  for (let length = parts.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(tree, parts.slice(0, length));
    if (node) return node;
  }
  return tree;
}

/** What the API would refuse in any case, said while somebody types; the rest it says itself. */
function shapeProblems(tree: Node, text: string, payloadId: string): readonly DraftProblem[] {
  if (tree.type !== "object") return [aboutAll("A payload is an object: { … }.")];
  const id = findNodeAtLocation(tree, ["id"]);
  const process = findNodeAtLocation(tree, ["process"]);
  const problems: DraftProblem[] = [];
  if (id && id.value !== payloadId) {
    problems.push({
      ...positionOf(text, id.offset),
      message: `The ID must stay ${payloadId}: another ID is another payload. To send a new one, publish it.`,
    });
  }
  if (!process) problems.push(aboutAll("“process” is missing: it says which workflow runs."));
  else if (process.type !== "array" || !process.children?.length) {
    problems.push({
      ...positionOf(text, process.offset),
      message: "“process” is a list with at least one definition.",
    });
  }
  return problems;
}

/** JSON.parse keeps the last of two members of one name without a word. */
function repeatedMembers(node: Node, text: string): readonly DraftProblem[] {
  const problems: DraftProblem[] = [];
  const left = [node];
  for (let next = left.pop(); next && problems.length < MOST_PROBLEMS; next = left.pop()) {
    const seen = new Set<string>();
    for (const child of next.children ?? []) {
      left.push(child);
      const name = child.type === "property" ? child.children?.[0] : undefined;
      if (!name) continue;
      if (seen.has(name.value)) {
        problems.push({ ...positionOf(text, name.offset), message: `“${name.value}” is there twice.` });
      }
      seen.add(name.value);
    }
  }
  return problems;
}

function aboutAll(message: string): DraftProblem {
  return { ...NOWHERE, message };
}

function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}
