/** The line of a program's output that says best why it gave up: what people look for first in a log. */
import { stripVTControlCharacters } from "node:util";
import { oneLine } from "../../../bulk/one-line.ts";

/** What runtimes add below the reason: Node, Rust, Go, and the closing brace of what Node shows of an error. */
const BELOW = /^(?:Node\.js v\d|note: |exit status \d|[})\]]+$)/;

/** Undefined where it has written nothing. */
export function lastWords(tail: string): string | undefined {
  // Progress bars go back to the beginning of their line.
  const lines = stripVTControlCharacters(tail).split(/[\r\n]+/);
  const written = lines.filter((line) => line.trim() !== "");
  // Frames of a stack are indented, below or above the reason.
  const said = written.findLast((line) => !/^\s/.test(line) && !BELOW.test(line)) ?? written.at(-1);
  return said && oneLine(said);
}
