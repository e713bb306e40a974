/** The file that an attempt's output goes to: bounded while it grows, searched for the reason of an end, kept at the end. */
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, statSync, writeSync } from "node:fs";
import type { LogLimits } from "../../../embedded/logs/log-file.ts";

const TAIL_BYTES = 8192;

/**
 * Takes the middle out of a file that has grown too long, in place: the task appends to this very file. What it writes in
 * these milliseconds may be lost with the middle.
 */
export function shortenLog(path: string, { head, tail }: LogLimits): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= head + 2 * tail) return;
  const file = openSync(path, "r+");
  try {
    const start = readPart(file, 0, head);
    const end = readPart(file, size - tail, tail);
    const kept = { head: start.subarray(0, start.lastIndexOf(10) + 1), tail: end.subarray(end.indexOf(10) + 1) };
    const leftOut = size - kept.head.length - kept.tail.length + leftOutBefore(file, kept.head.length);
    ftruncateSync(file, kept.head.length);
    const rest = Buffer.concat([Buffer.from(`[${leftOut} bytes of the log left out here]\n`), kept.tail]);
    writeSync(file, rest, 0, rest.length, kept.head.length);
  } finally {
    closeSync(file);
  }
}

/** In a log that is shortened more than once, what was left out there is told by the line that now goes itself. */
function leftOutBefore(file: number, at: number): number {
  const [line = "", bytes = 0] = LEFT_OUT.exec(readPart(file, at, LONGEST_LINE).toString("latin1")) ?? [];
  return Number(bytes) - line.length;
}

const LEFT_OUT = /^\[(\d+) bytes of the log left out here]\n/;
const LONGEST_LINE = 64;

/** The last lines, for what a runtime writes there when it gives up. */
export function tailOf(path: string): string {
  if (!existsSync(path)) return "";
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    return readPart(file, Math.max(0, size - TAIL_BYTES), Math.min(size, TAIL_BYTES)).toString("utf8");
  } finally {
    closeSync(file);
  }
}

function readPart(file: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, from));
}
