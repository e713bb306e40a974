/**
 * Cuts YAML text where entries begin, so that only one is in memory at a time. The cut is exact: within a document that
 * is a block list, only an item of that list can begin with a dash in the column of the first one, and `---` at the
 * beginning of a line ends a document wherever it stands.
 */
import { BrokenTaskFile, entryTooLarge, MAX_ENTRY_BYTES } from "./finding.ts";
import type { LineBlock } from "./split-lines.ts";

export interface YamlPiece {
  /** `item`: one item of a block list, with its dash. `document`: a document of any other shape, whole. */
  readonly kind: "item" | "document";
  readonly text: string;
  /** Number of its first line. */
  readonly line: number;
  /** From 1: anchors are known within their document only. */
  readonly document: number;
}

export async function* cutYaml(blocks: AsyncIterable<LineBlock>): AsyncGenerator<readonly YamlPiece[]> {
  const cutter = makeCutter();
  for await (const { first, lines } of blocks) {
    yield lines.flatMap((line, index) => cutter.add(line, first + index));
  }
  yield cutter.finish();
}

function makeCutter() {
  let document = 1;
  /** Column of the dashes of this document's list; `whole` where it is none, undefined before its first line. */
  let shape: number | "whole" | undefined;
  let lines: string[] = [];
  let length = 0;
  let first = 1;

  function add(text: string, line: number): YamlPiece[] {
    const marker = /^(?:---|\.\.\.)(?:[ \t]+(?<rest>.*))?$/.exec(text);
    if (marker !== null) return endDocument(marker.groups?.rest ?? "", line);
    const blank = /^\s*(?:#.*)?$/.test(text);
    if (shape === undefined) {
      if (blank) return [];
      if (text.startsWith("%")) return checkDirective(text, line);
      shape = dashColumn(text) ?? "whole";
      return begin(text, line);
    }
    if (typeof shape === "number" && dashColumn(text) === shape) return begin(text, line);
    keep(text);
    return [];
  }

  function begin(text: string, line: number): YamlPiece[] {
    const before = finish();
    first = line;
    keep(text);
    return before;
  }

  function keep(text: string): void {
    lines.push(text);
    length += text.length + 1;
    if (length > MAX_ENTRY_BYTES) throw entryTooLarge(first);
  }

  function endDocument(rest: string, line: number): YamlPiece[] {
    const before = finish();
    document += 1;
    shape = undefined;
    if (/^(?:#.*)?$/.test(rest)) return before;
    shape = "whole";
    first = line;
    keep(rest);
    return before;
  }

  /** What is left when nothing more comes. */
  function finish(): YamlPiece[] {
    if (lines.length === 0) return [];
    const kind = shape === "whole" ? "document" : "item";
    const piece: YamlPiece = { kind, text: `${lines.join("\n")}\n`, line: first, document };
    lines = [];
    length = 0;
    return [piece];
  }

  return { add, finish };
}

/** Where the dash of a list item stands; undefined where the line begins otherwise. */
function dashColumn(text: string): number | undefined {
  return /^( *)-(?:[ \t]|$)/.exec(text)?.[1]?.length;
}

/** Other versions read words such as `no` differently, and tags of one's own are not read at all. */
function checkDirective(text: string, line: number): [] {
  if (/^%YAML[ \t]+1\.2(?:[ \t]|$)/.test(text)) return [];
  throw new BrokenTaskFile({
    code: "yaml-directive",
    line,
    message: `found ${JSON.stringify(text.slice(0, 80))}, expected no directive but %YAML 1.2`,
    hint: "Remove the line.",
  });
}
