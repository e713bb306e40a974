/** GetObject and HeadObject: whole objects and ranges of their bytes, on condition where the request names one. */
import { Readable } from "node:stream";
import type { ObjectFacts, ObjectFiles } from "./object-files.ts";
import { S3Error } from "./s3-error.ts";
import type { ObjectRequest } from "./s3-request.ts";

export async function getObject(request: ObjectRequest, files: ObjectFiles): Promise<Response> {
  const { handle, ...facts } = await files.open(request.url);
  try {
    const { status, headers, range } = answerFor(request, facts);
    if (status === 304 || facts.size === 0 || request.method === "HEAD") {
      await handle.close();
      return new Response(null, { status, headers });
    }
    // Closes the file when it has been read, and when nobody reads any more.
    const file = handle.createReadStream({ start: range.start, end: range.end, highWaterMark: READ_BYTES });
    return new Response(Readable.toWeb(file) as ReadableStream, { status, headers }); // two names of one type
  } catch (thrown) {
    await handle.close();
    throw thrown;
  }
}

/** Of a file at a time; several readers share the machine's memory. */
const READ_BYTES = 256 * 1024;

interface Range {
  readonly start: number;
  /** The last byte. */
  readonly end: number;
}

interface Answer {
  readonly status: 200 | 206 | 304;
  readonly headers: Record<string, string>;
  readonly range: Range;
}

function answerFor(request: ObjectRequest, facts: ObjectFacts): Answer {
  const { size, etag, modified } = facts;
  const whole = { start: 0, end: size - 1 };
  const headers: Record<string, string> = {
    ETag: etag,
    "Last-Modified": modified.toUTCString(),
    "Accept-Ranges": "bytes",
    "Content-Type": request.query.get("response-content-type") ?? "binary/octet-stream",
  };
  if (isUnchanged(request, facts)) return { status: 304, headers, range: whole };
  const asked = request.header("range");
  const range = asked === undefined ? undefined : readRange(asked, size);
  if (range === undefined)
    return { status: 200, headers: { ...headers, "Content-Length": String(size) }, range: whole };
  const { start, end } = range;
  const partial = {
    "Content-Range": `bytes ${start}-${end}/${size}`,
    "Content-Length": String(end - start + 1),
  };
  return { status: 206, headers: { ...headers, ...partial }, range };
}

/** An entity tag counts more than a time, as HTTP says. Throws where the object is not the one that is asked for. */
function isUnchanged({ header }: ObjectRequest, { etag, modified }: ObjectFacts): boolean {
  const match = header("if-match");
  if (match !== undefined && !names(match, etag)) throw changed("If-Match");
  const before = timeOf(header("if-unmodified-since"));
  if (match === undefined && before !== undefined && seconds(modified) > before) throw changed("If-Unmodified-Since");
  const noneMatch = header("if-none-match");
  if (noneMatch !== undefined) return names(noneMatch, etag);
  const since = timeOf(header("if-modified-since"));
  return since !== undefined && seconds(modified) <= since;
}

function names(list: string, etag: string): boolean {
  return list.trim() === "*" || list.split(",").some((entry) => entry.trim().replaceAll('"', "") === etag.slice(1, -1));
}

/** HTTP's times have no milliseconds. */
function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

function timeOf(header: string | undefined): number | undefined {
  const time = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(time) ? undefined : time / 1000;
}

function changed(condition: string): S3Error {
  return new S3Error("PreconditionFailed", `The object is not the one that ${condition} names.`);
}

/** Undefined for what is no single range: then S3 answers with the whole object. */
function readRange(header: string, size: number): Range | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header.trim()) ?? [];
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== "" && last !== "" && Number(last) < start) return undefined;
  if (start < size) return { start, end };
  throw new S3Error("InvalidRange", `The object has ${size} bytes, and none from ${start} on.`, {
    "Content-Range": `bytes */${size}`,
  });
}
