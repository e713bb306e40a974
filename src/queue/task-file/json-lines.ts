/** JSON Lines: an entry a line. */
import type { Finding } from "./finding.ts";
import { parseJsonEntry } from "./json-entry.ts";
import { splitLines } from "./split-lines.ts";

export async function* readJsonLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Finding[]> {
  for await (const { first, lines } of splitLines(bytes)) {
    const findings: Finding[] = [];
    for (const [index, text] of lines.entries()) {
      if (text.trim() !== "") findings.push(parseJsonEntry(text, first + index));
    }
    yield findings;
  }
}
