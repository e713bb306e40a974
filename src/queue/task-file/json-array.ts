/**
 * A JSON array, entry by entry: only brackets, commas and strings are looked at here, each entry's text is then parsed
 * for itself. So memory stays flat, lines are known, and one broken entry does not hide the problems of the next.
 * (200,000 entries of 100 bytes: 0.3 s; with @streamparser/json, which makes tokens of all there is, 1.0 s.)
 */
import { isUtf8 } from "node:buffer";
import type { Problem } from "../../errors.ts";
import { showValue } from "../../payload/problems.ts";
import { BrokenTaskFile, entryTooLarge, type Finding, MAX_ENTRY_BYTES, notUtf8 } from "./finding.ts";
import { parseJsonEntry } from "./json-entry.ts";

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export async function* readJsonArray(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Finding[]> {
  const splitter = makeArraySplitter();
  for await (const chunk of bytes) yield splitter.write(chunk);
  splitter.end();
}

/** Where the reader is: `entry` from an entry's first byte to the comma or bracket after it. */
type Place = "before" | "gap" | "entry" | "after";

function makeArraySplitter() {
  let place: Place = "before";
  let line = 1;
  /** Brackets open within the entry. */
  let depth = 0;
  let inString = false;
  let escaped = false;
  /** Whether an entry stands before this gap. */
  let afterComma = false;
  let entryLine = 1;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;

  function write(chunk: Uint8Array): readonly Finding[] {
    const findings: Finding[] = [];
    let start = 0;
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index];
      if (byte === NEWLINE) line += 1;
      if (place === "entry") {
        if (inString) passString(byte);
        else if (byte === QUOTE) inString = true;
        else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
        else if (depth === 0 && (byte === COMMA || byte === CLOSE_LIST)) {
          findings.push(take(chunk.subarray(start, index)));
          leaveEntry(byte);
        } else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && --depth < 0) throw leftOver(byte);
      } else if (!isSpace(byte) && enter(byte, findings)) start = index;
    }
    if (place === "entry") keep(chunk.subarray(start));
    return findings;
  }

  function passString(byte: number | undefined): void {
    if (escaped) escaped = false;
    else if (byte === BACKSLASH) escaped = true;
    else if (byte === QUOTE) inString = false;
  }

  /** True where an entry begins with this byte. */
  function enter(byte: number | undefined, findings: Finding[]): boolean {
    if (place === "before") {
      if (byte !== OPEN_LIST) throw notAList(byte, line);
      place = "gap";
      return false;
    }
    if (place === "after") throw broken("something follows the end of the list", MORE_HINT);
    if (byte === COMMA || (byte === CLOSE_LIST && afterComma)) {
      findings.push({ problem: { code: "not-json", line, message: "a comma without an entry", hint: COMMA_HINT } });
    }
    if (byte === COMMA || byte === CLOSE_LIST) {
      leaveEntry(byte);
      return false;
    }
    place = "entry";
    entryLine = line;
    depth = byte === OPEN_OBJECT || byte === OPEN_LIST ? 1 : 0;
    inString = byte === QUOTE;
    if (byte === CLOSE_OBJECT) throw leftOver(byte);
    return true;
  }

  function leaveEntry(byte: number): void {
    place = byte === COMMA ? "gap" : "after";
    afterComma = byte === COMMA;
  }

  function keep(part: Uint8Array): void {
    pending.push(part);
    pendingBytes += part.length;
    if (pendingBytes > MAX_ENTRY_BYTES) throw entryTooLarge(entryLine);
  }

  function take(last: Uint8Array): Finding {
    const text = pending.length === 0 ? Buffer.from(last.buffer, last.byteOffset, last.length) : joined(last);
    if (text.length > MAX_ENTRY_BYTES) throw entryTooLarge(entryLine);
    return isUtf8(text) ? parseJsonEntry(text.toString("utf8"), entryLine) : { problem: notUtf8(entryLine) };
  }

  function joined(last: Uint8Array): Buffer {
    const whole = Buffer.concat([...pending, last]);
    pending = [];
    pendingBytes = 0;
    return whole;
  }

  function end(): void {
    if (place === "before" || place === "after") return;
    throw place === "entry"
      ? broken(`the file ends within the entry that begins on line ${entryLine}`, TRUNCATED_HINT)
      : broken("the file ends before the list does", TRUNCATED_HINT);
  }

  function leftOver(byte: number): BrokenTaskFile {
    return broken(
      `found ${showValue(String.fromCharCode(byte))}, which closes nothing`,
      "Remove it, or open it before.",
    );
  }

  function broken(message: string, hint: string): BrokenTaskFile {
    return new BrokenTaskFile({ code: "not-json", line, message, hint });
  }

  return { write, end };
}

const COMMA_HINT = "Remove the comma: commas stand between entries only.";
const MORE_HINT = "A task file is one list: [ …, … ]. Entries one a line are .jsonl.";
const TRUNCATED_HINT = "Is the file complete, and is every bracket and quote closed?";

function notAList(byte: number | undefined, line: number): BrokenTaskFile {
  const problem: Problem = {
    code: "not-a-list",
    line,
    message: `found ${byte === OPEN_OBJECT ? "an object" : "something else"}, expected a list of entries`,
    hint:
      byte === OPEN_OBJECT
        ? 'Write [{"task_id": "…", "data": {…}}, …]; entries one a line without a list are .jsonl.'
        : 'Write [{"task_id": "…", "data": {…}}, …].',
  };
  return new BrokenTaskFile(problem);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;
}
