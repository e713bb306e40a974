/** The line of a program's output that says best why it gave up: what people look for first in a log. */
import { stripVTControlCharacters } from "node:util";

const MOST_CHARACTERS = 300;
/** What runtimes add below the reason: Node, Rust, Go, and the closing brace of what Node shows of an error. */
const BELOW = /^(?:Node\.js v\d|note: |exit status \d|[})\]]+$)/;

/** Undefined where it has written nothing. */
export function lastWords(tail: string): string | undefined {
  // Progress bars go back to the beginning of their line.
  const lines = stripVTControlCharacters(tail).split(/[\r\n]+/);
  const written = lines.map(readable).filter((line) => line.trim() !== "");
  // Frames of a stack are indented, below or above the reason.
  const said = written.findLast((line) => !/^\s/.test(line) && !BELOW.test(line)) ?? written.at(-1);
  return said && shorten(said.trim());
}

/** No character may change how a terminal or a table shows the line. */
function readable(line: string): string {
  return line.replaceAll("\t", "  ").replaceAll(/\p{C}/gu, "\uFFFD");
}

function shorten(line: string): string {
  return line.length <= MOST_CHARACTERS ? line : `${line.slice(0, MOST_CHARACTERS - 1).toWellFormed()}…`;
}
