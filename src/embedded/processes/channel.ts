/** How a task's process and whoever started it talk: a line each way at a time, at a file descriptor of its own. */
import { readSync, writeSync } from "node:fs";

/** Until the first line comes, nothing of the task is loaded. */
export const CHANNEL = 3;

const BLOCK = 64 * 1024;

/** In the task's process. Blocks; undefined when the other side has closed, or is gone. */
export function readChannelLine(): string | undefined {
  const parts: Buffer[] = [];
  for (;;) {
    const block = Buffer.allocUnsafe(BLOCK);
    const length = readSync(CHANNEL, block);
    if (length === 0) return undefined;
    parts.push(block.subarray(0, length));
    // One line at a time is on its way: the next comes after an answer.
    if (block[length - 1] === 10) return Buffer.concat(parts).toString("utf8");
  }
}

/** In the task's process: the value as one line of JSON. */
export function writeChannelLine(value: object): void {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
  for (let written = 0; written < bytes.length; ) written += writeSync(CHANNEL, bytes, written);
}
