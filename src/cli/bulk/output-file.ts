/**
 * `--output-file`: every attempt as a line of JSON, written when it has ended. The history in the store is what counts:
 * what it has and the file lacks, since another process ran it or this one was killed, is added at the start and the end.
 */
import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { AttemptEnd, AttemptRecord } from "../../bulk/attempt.ts";
import type { BulkRun } from "../../bulk/bulk-run.ts";
import type { Lease } from "../../bulk/bulk-store.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { isJsonObject, parseJson } from "../../json.ts";
import { attemptsOf } from "../../queue/report/read-rows.ts";
import type { BulkPlace } from "../place/bulk-place.ts";
import type { Io } from "../terminal/io.ts";

export interface OutputFile {
  ended(lease: Lease, end: AttemptEnd, host: string): void;
  /** Adds what others ran, and closes the file. */
  close(): Promise<void>;
}

export async function openOutputFile(
  io: Pick<Io, "cwd">,
  place: BulkPlace,
  run: BulkRun,
  file: string,
): Promise<OutputFile> {
  const path = resolve(io.cwd, file);
  if (!existsSync(dirname(path))) {
    throw new CirrusError(`There is no folder ${dirname(path)} for the output file.`, { exitCode: EXIT.notFound });
  }
  refuseOther(path, file);
  cutBrokenLine(path);
  const written = await writtenAttempts(path, run.name);
  const descriptor = openSync(path, "a");

  function write(record: AttemptRecord): void {
    const key = keyOf(record);
    if (record.outcome === undefined || written.has(key)) return;
    written.add(key);
    const { run: name, ...rest } = record;
    writeSync(descriptor, `${JSON.stringify({ run: name, ...rest })}\n`);
  }

  async function addMissing(): Promise<void> {
    for await (const record of attemptsOf(place.runs, { run: run.name })) write(record);
  }

  await addMissing();
  return {
    ended: ({ entry, attempt, worker }, end, host) =>
      write({ run: run.name, entryId: entry.id, attempt, worker, host, ...end }),
    async close() {
      await addMissing();
      closeSync(descriptor);
    },
  };
}

/** What begins otherwise is somebody's file, such as the task file: it would lose its last line, and be no list after it. */
function refuseOther(path: string, shown: string): void {
  const begin = readBegin(path);
  if (begin === "" || begin.startsWith(FIRST_LINE) || FIRST_LINE.startsWith(begin)) return;
  throw new CirrusError(`${shown} exists and is no list of attempts: nothing is written to it.`, {
    hint: "Name another file; one that this option has written before is added to.",
    exitCode: EXIT.conflict,
  });
}

/** As `write` begins every line. */
const FIRST_LINE = '{"run":"';

function readBegin(path: string): string {
  if (!existsSync(path)) return "";
  // Devices have no beginning of their own: /dev/stdout.
  if (!statSync(path).isFile()) return "";
  const descriptor = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(FIRST_LINE.length);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0)).toString("latin1");
  } finally {
    closeSync(descriptor);
  }
}

/** A runner that was killed may have left the beginning of a line. */
function cutBrokenLine(path: string): void {
  const size = existsSync(path) ? statSync(path).size : 0;
  const descriptor = size === 0 ? undefined : openSync(path, "r");
  if (descriptor === undefined) return;
  let end = size;
  try {
    end = endOfLastLine(descriptor, size);
  } finally {
    closeSync(descriptor);
  }
  if (end < size) truncateSync(path, end);
}

/** Of the last whole line: a result, and so a line, may have many megabytes. */
function endOfLastLine(descriptor: number, size: number): number {
  const piece = Buffer.alloc(PIECE_BYTES);
  for (let to = size; to > 0; ) {
    const from = Math.max(0, to - PIECE_BYTES);
    const read = readSync(descriptor, piece, 0, to - from, from);
    const newline = piece.subarray(0, read).lastIndexOf("\n");
    if (newline >= 0) return from + newline + 1;
    to = from;
  }
  return 0;
}

const PIECE_BYTES = 64 * 1024;

async function writtenAttempts(path: string, run: string): Promise<Set<string>> {
  const written = new Set<string>();
  if (!existsSync(path)) return written;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    const record = parseJson(line);
    if (isJsonObject(record) && record.run === run && typeof record.entryId === "string") {
      written.add(keyOf({ entryId: record.entryId, startedAt: String(record.startedAt) }));
    }
  }
  return written;
}

/** A run that was deleted and made again counts its attempts from 1 again; their times differ. */
function keyOf({ entryId, startedAt }: Pick<AttemptRecord, "entryId" | "startedAt">): string {
  return `${startedAt} ${entryId}`;
}
