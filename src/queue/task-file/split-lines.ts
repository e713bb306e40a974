/** Bytes into lines, however they were cut on their way. */
import { isUtf8 } from "node:buffer";
import { BrokenTaskFile, entryTooLarge, MAX_ENTRY_BYTES, notUtf8 } from "./finding.ts";

export interface LineBlock {
  /** Number of the first of them, from 1. */
  readonly first: number;
  /** Without their ends. */
  readonly lines: readonly string[];
}

const NEWLINE = 0x0a;

export async function* splitLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<LineBlock> {
  let first = 1;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const chunk of bytes) {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end >= 0) {
      const lines = decode(Buffer.concat([...pending, chunk.subarray(0, end)]), first);
      yield { first, lines };
      first += lines.length;
      pending = [];
      pendingBytes = 0;
    }
    const rest = chunk.subarray(end + 1);
    pending.push(rest);
    pendingBytes += rest.length;
    if (pendingBytes > MAX_ENTRY_BYTES) throw entryTooLarge(first);
  }
  if (pendingBytes > 0) yield { first, lines: decode(Buffer.concat(pending), first) };
}

function decode(block: Buffer, first: number): string[] {
  const lines = block.toString("utf8").split("\n");
  if (!isUtf8(block)) {
    // What cannot be decoded becomes U+FFFD; a line may have one by right only where the bytes are fine.
    const bad = lines.findIndex((line) => line.includes("\uFFFD"));
    throw new BrokenTaskFile(notUtf8(first + Math.max(bad, 0)));
  }
  return lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}
