/** YAML: documents that are lists of entries, or one entry each. Only plain values are read: a tag is a problem, never code. */
import { type Document, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { describeError, type Problem } from "../../errors.ts";
import { isJsonObject } from "../../json.ts";
import { showValue } from "../../payload/problems.ts";
import { BrokenTaskFile, type Finding } from "./finding.ts";
import { splitLines } from "./split-lines.ts";
import { type Anchors, resolveAliases } from "./yaml-anchors.ts";
import { cutYaml, type YamlPiece } from "./yaml-pieces.ts";

export async function* readYamlEntries(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Finding[]> {
  let document = 0;
  let anchors: Anchors = new Map();
  for await (const pieces of cutYaml(splitLines(bytes))) {
    yield pieces.flatMap((piece) => {
      if (piece.document !== document) anchors = new Map();
      document = piece.document;
      return readPiece(piece, anchors);
    });
  }
}

function readPiece(piece: YamlPiece, anchors: Anchors): readonly Finding[] {
  const lines = new LineCounter();
  const lineOf = (offset: number): number => piece.line - 1 + lines.linePos(offset).line;
  const document = parseDocument(piece.text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    stringKeys: true,
  });
  // A warning is a tag that is not known.
  const flaws = [...document.errors, ...document.warnings];
  if (flaws.length > 0) {
    return flaws.map(({ message, pos }) => ({ problem: yamlProblem(message, lineOf(pos[0])) }));
  }
  if (/[&*]/.test(piece.text)) {
    const flaw = resolveAliases(document, anchors);
    if (flaw !== undefined) return [{ problem: yamlProblem(flaw.message, lineOf(flaw.offset)) }];
  }
  return entriesOf(document, piece, lineOf);
}

function entriesOf(document: Document, piece: YamlPiece, lineOf: (offset: number) => number): readonly Finding[] {
  const root = document.contents;
  if (isSeq(root)) {
    return root.items.map((item) => {
      // Without schemas of our own the members of a list are nodes, or null where nothing stands.
      const node = item as Node | null;
      const line = node?.range ? lineOf(node.range[0]) : piece.line;
      return plainValue(() => node?.toJS(document) ?? null, line);
    });
  }
  const read = plainValue(() => document.toJS(), piece.line);
  if ("problem" in read) return [read];
  const { value } = read;
  if (value === null || value === undefined) return [];
  if (isJsonObject(value) && "task_id" in value) return [{ value, line: piece.line }];
  throw new BrokenTaskFile({
    code: "not-a-list",
    line: piece.line,
    message: `found ${showValue(value)}, expected a list of entries`,
    hint: "Begin every entry with a dash: `- task_id: …`, and below it `  data: {…}`.",
  });
}

/** What a merge key (`<<`) has to be shows only when values are made: "<<" as a key of one's own stands in quotes. */
function plainValue(make: () => unknown, line: number): Finding {
  try {
    return { value: make(), line };
  } catch (thrown) {
    return { problem: yamlProblem(describeError(thrown).cause, line) };
  }
}

function yamlProblem(message: string, line: number): Problem {
  const tag = /^Unresolved tag: (.*)/.exec(message)?.[1];
  if (tag === undefined) return { code: "not-yaml", line, message: `this is not YAML: ${message}` };
  return {
    code: "yaml-tag",
    line,
    message: `found the tag ${tag}, expected plain values`,
    hint: "Remove the tag: task files hold texts, numbers, lists and maps only.",
  };
}
