/** What a program said, as one line that people read in tables and on terminals: nothing in it can move a cursor. */
import { stripVTControlCharacters } from "node:util";

const MOST_CHARACTERS = 300;

/** The first line that says anything; `…` where it is cut. */
export function oneLine(text: string, most = MOST_CHARACTERS): string {
  // What is beyond is never shown, and a message may have megabytes.
  const [line = ""] = text
    .trimStart()
    .slice(0, 4 * most)
    .split(/[\r\n]/);
  const plain = stripVTControlCharacters(line).replaceAll("\t", "  ").replaceAll(/\p{C}/gu, "\uFFFD").trimEnd();
  return plain.length <= most ? plain : `${plain.slice(0, most - 1).toWellFormed()}…`;
}
