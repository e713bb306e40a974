/** Finds an expression in a block of lines. Runs in a worker, which is ended when an expression takes too long. */
import { withoutEscapes } from "./ansi.ts";
import { type Block, textsOf } from "./line-store.ts";

export interface Question {
  readonly id: number;
  readonly expression: string;
  readonly flags: string;
  readonly block: Block;
}

/** Of each line that has it: the line's number, and where in it the first match begins and ends. */
export interface Found {
  readonly id: number;
  readonly lines: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export function findInBlock({ id, expression, flags, block }: Question): Found {
  const pattern = new RegExp(expression, flags);
  const found = { id, lines: [] as number[], starts: [] as number[], ends: [] as number[] };
  for (const [index, text] of textsOf(block).entries()) {
    const match = pattern.exec(withoutEscapes(text.replaceAll("\u0000", "\n")));
    if (match === null) continue;
    found.lines.push(block.first + index);
    found.starts.push(match.index);
    found.ends.push(match.index + match[0].length);
  }
  return found;
}
