/** Logs of Lambdas and Batch jobs as files: a folder per log group, a file per stream, a line per event. */
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { LogLine, TaskLogs } from "../../executions/jobs.ts";
import { LOG_LIMITS, type LogFile, type LogLimits, openLogFile } from "./log-file.ts";

/** Where Batch's own stream names (`definition/default/id`) live. */
export const BATCH_LOG_GROUP = "/aws/batch/job";

export interface TaskLogWriter {
  /** A stream that grows at its end; created with its first line. */
  open(stream: string): LogFile;
  /** The file of a stream, for people and for other processes. */
  path(stream: string): string;
}

export interface TaskLogsOptions {
  readonly now?: () => number;
  readonly limits?: LogLimits;
}

export interface TaskLogReader {
  /** The whole lines from a place in the stream on, at most so many, and the place where the next call goes on. */
  readFrom(
    stream: string,
    from: number,
    most?: number,
  ): Promise<{ readonly lines: readonly LogLine[]; readonly next: number }>;
}

/**
 * A stream is named with its group, `/aws/lambda/<name>/<requestId>`; a name without one is a stream of
 * {@link BATCH_LOG_GROUP}, because that is how Batch reports `LogStreamName`.
 */
export function makeTaskLogs(
  directory: string,
  options: TaskLogsOptions = {},
): TaskLogs & TaskLogWriter & TaskLogReader {
  const path = (stream: string) => join(directory, streamPath(stream));
  return {
    path,
    open: (stream) => openLogFile(path(stream), options.now ?? Date.now, options.limits ?? LOG_LIMITS),
    async tail(stream, lines) {
      const file = await open(path(stream), "r").catch(ifMissing);
      if (!file) return undefined;
      try {
        return (await lastLines(file, lines)).map(parseLine);
      } finally {
        await file.close();
      }
    },
    async readFrom(stream, from, most = Number.POSITIVE_INFINITY) {
      const file = await open(path(stream), "r").catch(ifMissing);
      if (!file) return { lines: [], next: from };
      try {
        const { size } = await file.stat();
        // A log that was shortened meanwhile has lost what lay between: what comes now is at its end.
        const start = Math.min(from, size);
        const read = async (length: number) => {
          const bytes = Buffer.allocUnsafe(Math.min(size - start, length));
          const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
          return wholeLines(bytes.subarray(0, bytesRead), most);
        };
        const few = await read(Math.min(Math.max(most, FEWEST_LINES) * USUAL_LINE_BYTES, MOST_BYTES));
        // A line may be longer than what was read.
        const whole = few.length > 0 ? few : await read(MOST_BYTES);
        const lines = whole.toString("utf8").split("\n").slice(0, -1);
        return { lines: lines.map(parseLine), next: start + whole.length };
      } finally {
        await file.close();
      }
    },
  };
}

/** The relative path of a stream's file. */
export function streamPath(stream: string): string {
  const full = stream.startsWith("/") ? stream : `${BATCH_LOG_GROUP}/${stream}`;
  return `${full.slice(1).split("/").map(safeSegment).join("/")}.log`;
}

/** A name that cannot leave its folder and that every file system takes: what is not plain is percent-encoded. */
function safeSegment(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_.@=+-]/gu, (character) => encodeURIComponent(character.toWellFormed()));
  const visible = plain.replace(/^\.+/, (dots) => "%2E".repeat(dots.length)) || "%";
  return visible.slice(0, LONGEST_SEGMENT);
}

const LONGEST_SEGMENT = 200;
const BLOCK = 64 * 1024;
/** Of one reading; a line is shorter. */
const MOST_BYTES = 4 * 1024 * 1024;
const USUAL_LINE_BYTES = 120;
const FEWEST_LINES = 100;

function wholeLines(bytes: Buffer, most: number): Buffer {
  let end = 0;
  for (let lines = 0; lines < most; lines++) {
    const next = bytes.indexOf(10, end);
    if (next < 0) break;
    end = next + 1;
  }
  return bytes.subarray(0, end);
}

/** Reads backwards until there are enough line ends, so that the length of the log does not matter. */
async function lastLines(file: FileHandle, count: number): Promise<string[]> {
  if (count <= 0) return [];
  const blocks: Buffer[] = [];
  let found = 0;
  for (let end = (await file.stat()).size; end > 0 && found <= count; ) {
    const start = Math.max(0, end - BLOCK);
    const block = Buffer.alloc(end - start);
    await file.read(block, 0, block.length, start);
    blocks.unshift(block);
    for (const byte of block) if (byte === 10) found++;
    end = start;
  }
  const lines = Buffer.concat(blocks).toString("utf8").split("\n");
  // What follows the last line end is a line that is being written.
  lines.pop();
  return lines.slice(-count);
}

function parseLine(line: string): LogLine {
  const space = line.indexOf(" ");
  return space < 0 ? { at: line, message: "" } : { at: line.slice(0, space), message: line.slice(space + 1) };
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}
