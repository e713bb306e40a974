/**
 * A log in one file of bounded size: when it has grown too long, its middle is taken out, so that the first lines
 * (how the task was set up) and the last ones (what went wrong) are always there.
 */
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { isoTime } from "../../clock.ts";
import { isMissing } from "../objects/file-failures.ts";

export interface LogLimits {
  /** Bytes kept of the beginning. */
  readonly head: number;
  /** Bytes kept of the end; up to twice as many are in the file before it is shortened. */
  readonly tail: number;
}

export const LOG_LIMITS: LogLimits = { head: 1024 * 1024, tail: 10 * 1024 * 1024 };

export interface LogFile {
  /** Appends each message with the time. Never throws: a task does not fail because its log cannot be written. */
  append(messages: readonly string[]): void;
  close(): void;
}

export function openLogFile(path: string, now: () => number, limits: LogLimits = LOG_LIMITS): LogFile {
  let file: { fd: number; size: number } | undefined;
  let leftOut = 0;

  /** Opened with the first line, and again after a failure: a full disk may have room later. */
  const opened = () => {
    if (file) return file;
    const fd = openToAppend(path);
    file = { fd, size: fstatSync(fd).size };
    return file;
  };
  const close = () => {
    if (file) closeSync(file.fd);
    file = undefined;
  };

  return {
    append(messages) {
      const at = isoTime(now());
      const bytes = Buffer.from(messages.map((message) => `${at} ${message}\n`).join(""));
      try {
        const log = opened();
        const written = writeSync(log.fd, bytes);
        log.size += written;
        // A line of which only a part went onto a full disk would swallow the next one.
        if (written < bytes.length) {
          ftruncateSync(log.fd, log.size - written);
          log.size -= written;
        }
        if (log.size <= limits.head + 2 * limits.tail) return;
        leftOut += shorten(path, log, limits, (bytes) => `${at} [${leftOut + bytes} bytes of the log left out here]\n`);
        close();
      } catch {
        try {
          close();
        } catch {
          file = undefined;
        }
      }
    },
    close,
  };
}

/** The folder is there in all cases but the first. */
function openToAppend(path: string): number {
  try {
    return openSync(path, "a+");
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, "a+");
  }
}

/** Puts a file with head, note and tail in place of the log; returns how many bytes went. */
function shorten(
  path: string,
  log: { readonly fd: number; readonly size: number },
  limits: LogLimits,
  note: (leftOut: number) => string,
): number {
  const read = (from: number, length: number) => {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(log.fd, bytes, 0, length, from));
  };
  const start = read(0, limits.head);
  const head = start.subarray(0, start.lastIndexOf(10) + 1);
  const end = read(log.size - limits.tail, limits.tail);
  const tail = end.subarray(end.indexOf(10) + 1);
  const leftOut = log.size - head.length - tail.length;
  const shorter = openSync(`${path}.tmp`, "w");
  try {
    for (const part of [head, Buffer.from(note(leftOut)), tail]) writeSync(shorter, part);
  } finally {
    closeSync(shorter);
  }
  renameSync(`${path}.tmp`, path);
  return leftOut;
}
