/**
 * Logs as objects of some lines each. The last one is written again while it is small, the others never: a log that was
 * written anew every few seconds would leave an earlier version of the whole in the bucket each time. A part is named by
 * the byte that it begins at, and so is a reader's place: it stays true when the file was shortened.
 */
import { open, stat } from "node:fs/promises";
import type { LogLine } from "../../executions/jobs.ts";
import type { ObjectStore } from "../../payload/object-store.ts";
import type { LoopUrls } from "../../payload/object-urls.ts";
import { inParallel } from "../state/table.ts";

export interface LogPart {
  /** Bytes of the log before it. */
  readonly start: number;
  readonly size: number;
}

export interface LogLimits {
  /** From this size on a part is left as it is. */
  readonly part: number;
  /** Bytes kept of the beginning of a log. */
  readonly head: number;
  /** Bytes kept of its end; up to twice as many are there before some are removed. */
  readonly tail: number;
}

export const LOG_LIMITS: LogLimits = { part: 64 * 1024, head: 1024 * 1024, tail: 10 * 1024 * 1024 };

/** Of one reading, as of a file. */
const MOST_BYTES = 4 * 1024 * 1024;
/** What is looked for in a file that was shortened. */
const MARK_BYTES = 4 * 1024;

export interface LogObjects {
  readonly objects: ObjectStore;
  readonly urls: LoopUrls;
}

/** How far a log was kept. */
export interface KeptLog {
  /** Bytes of the file. */
  readonly offset: number;
  readonly parts: readonly LogPart[];
  /** The last part, where it may grow. */
  readonly growing: Buffer;
  /** What stands before the offset, as long as it is the file that it was. */
  readonly mark: Buffer;
}

/** Keeps the whole lines that have come since; `kept` is undefined where this process has kept nothing of it yet. */
export async function keepLog(
  execution: string,
  path: string,
  kept: KeptLog | undefined,
  { objects, urls }: LogObjects,
  limits: LogLimits = LOG_LIMITS,
): Promise<KeptLog | undefined> {
  const size = await stat(path).then(
    (file) => file.size,
    () => undefined,
  );
  if (size === undefined) return kept;
  const before = kept ?? (await keptBefore(execution, size, { objects, urls }));
  const { seen, bytes, offset } = await readOn(path, before);
  const lines = bytes.subarray(0, bytes.lastIndexOf(10) + 1);
  const mark = Buffer.concat([seen.subarray(-MARK_BYTES), lines]).subarray(-MARK_BYTES);
  if (lines.length === 0) return { ...before, offset, mark };
  const next = grow(before, lines, limits.part);
  for (const { start, body } of next.changed) {
    await objects.put(urls.log(execution, start), body, { contentType: "text/plain; charset=utf-8" });
  }
  const [gone, parts] = dropMiddle(next.parts, limits);
  // Whoever may not do so leaves them to the bucket's lifecycle: what matters is that the log is kept.
  await inParallel(gone, ({ start }) => objects.remove(urls.log(execution, start)).catch(() => {}));
  return { offset: offset + lines.length, parts, growing: next.growing, mark: Buffer.from(mark) };
}

/** A process before this one may have kept some of it, from the same file. */
async function keptBefore(execution: string, size: number, place: LogObjects): Promise<KeptLog> {
  const parts = await listParts(execution, place);
  const end = endOf(parts);
  return { offset: end <= size ? end : 0, parts, growing: Buffer.alloc(0), mark: Buffer.alloc(0) };
}

/** A file that was shortened is another one, which may be as long by now, and be given the number of an earlier one. */
async function readOn(path: string, { offset, mark }: KeptLog) {
  const bytes = await readFrom(path, offset - mark.length);
  const seen = bytes.subarray(0, mark.length);
  if (seen.equals(mark)) return { seen, bytes: bytes.subarray(mark.length), offset };
  const whole = await readFrom(path, 0);
  const place = placeOf(mark, whole);
  return { seen: whole.subarray(0, place), bytes: whole.subarray(place), offset: place };
}

/** Where what comes after the mark begins; where the mark was cut out, after the last line that is no later than its own last. */
function placeOf(mark: Buffer, content: Buffer): number {
  if (mark.length === 0) return 0;
  const found = content.lastIndexOf(mark);
  if (found >= 0) return found + mark.length;
  const last = timeOf(mark.subarray(mark.lastIndexOf(10, -2) + 1));
  for (let end = content.lastIndexOf(10) + 1; end > 0; ) {
    const start = end < 2 ? 0 : content.lastIndexOf(10, end - 2) + 1;
    if (timeOf(content.subarray(start, Math.min(end, start + MOST_TIME))) <= last) return end;
    end = start;
  }
  return 0;
}

const MOST_TIME = 40;

/** ISO 8601: in the order of texts as of times. */
function timeOf(line: Buffer): string {
  return line.toString("latin1").split(" ", 1)[0] ?? "";
}

async function readFrom(path: string, offset: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.max(0, size - offset));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

interface Changed {
  readonly start: number;
  readonly body: Buffer;
}

function grow({ parts, growing }: KeptLog, lines: Buffer, most: number) {
  const changed: Changed[] = [];
  const all = growing.length > 0 ? parts.slice(0, -1) : [...parts];
  let rest = growing.length > 0 ? Buffer.concat([growing, lines]) : lines;
  let body = growing;
  for (let start = endOf(all); rest.length > 0; start += body.length) {
    const cut = rest.length <= most ? rest.length : lineEndNear(rest, most);
    body = rest.subarray(0, cut);
    rest = rest.subarray(cut);
    changed.push({ start, body });
    all.push({ start, size: body.length });
  }
  return { changed, parts: all, growing: Buffer.from(body.length < most ? body : Buffer.alloc(0)) };
}

/** The last line end up to there, or the first one after it, where a line is as long as that. */
function lineEndNear(bytes: Buffer, most: number): number {
  const before = bytes.lastIndexOf(10, most - 1) + 1;
  return before > 0 ? before : bytes.indexOf(10, most) + 1;
}

function dropMiddle(
  parts: readonly LogPart[],
  { head, tail }: LogLimits,
): readonly [gone: readonly LogPart[], left: readonly LogPart[]] {
  const from = endOf(parts) - tail;
  const middle = parts.filter(({ start, size }) => start >= head && start + size <= from);
  const bytes = middle.reduce((sum, { size }) => sum + size, 0);
  return bytes < tail ? [[], parts] : [middle, parts.filter((part) => !middle.includes(part))];
}

/** Whole lines from a place on, some megabytes at a time. */
export async function readLog(
  execution: string,
  from: number,
  { objects, urls }: LogObjects,
): Promise<{ readonly lines: readonly LogLine[]; readonly next: number }> {
  const parts = await listParts(execution, { objects, urls });
  const further = parts.filter(({ start, size }) => start + size > from);
  const few = further.filter(({ start }) => start < (further[0]?.start ?? 0) + MOST_BYTES);
  const bodies = await inParallel(few, ({ start }) => objects.get(urls.log(execution, start)));
  const lines: LogLine[] = [];
  let next = from;
  for (const [index, { start }] of few.entries()) {
    const got = bodies[index];
    // Removed since it was listed: it is told of with the next one.
    if (got?.outcome !== "found") continue;
    const text = Buffer.from(got.body)
      .subarray(Math.max(0, next - start))
      .toString("utf8");
    const own = text.split("\n").slice(0, -1).map(parseLine);
    const missing = start - next;
    if (missing > 0) lines.push({ at: own[0]?.at ?? "", message: `[${missing} bytes of the log left out here]` });
    lines.push(...own);
    next = start + got.body.length;
  }
  return { lines, next };
}

function parseLine(line: string): LogLine {
  const space = line.indexOf(" ");
  return space < 0 ? { at: line, message: "" } : { at: line.slice(0, space), message: line.slice(space + 1) };
}

async function listParts(execution: string, { objects, urls }: LogObjects): Promise<readonly LogPart[]> {
  const parts: LogPart[] = [];
  for await (const { url, size } of objects.list(urls.logs(execution))) {
    parts.push({ start: Number(url.slice(url.lastIndexOf("/") + 1)), size });
  }
  return parts;
}

function endOf(parts: readonly LogPart[]): number {
  const last = parts.at(-1);
  return last === undefined ? 0 : last.start + last.size;
}
