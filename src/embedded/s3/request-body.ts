/**
 * What a request brings, as it is to be stored: without the framing in which SDKs send uploads (`aws-chunked`), of the
 * length that was announced, and with the checksums that were sent along.
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { S3Error, type S3ErrorCode } from "./s3-error.ts";
import type { S3Request } from "./s3-request.ts";

/** Throws an S3Error behind the last part where the body is not what was announced: what was written is not to be kept. */
export async function* bodyOf(request: S3Request): AsyncIterable<Buffer> {
  const chunked = isChunked(request);
  const trailers = new Map<string, string>();
  const checksums = checksumsOf(request);
  let length = 0;
  for await (const part of chunked ? dechunk(request.body, trailers) : readParts(request.body)) {
    length += part.length;
    for (const checksum of checksums) checksum.update(part);
    yield part;
  }
  const announced = request.header(chunked ? "x-amz-decoded-content-length" : "content-length");
  if (announced !== undefined && Number(announced) !== length) {
    throw new S3Error("IncompleteBody", `${length} bytes came of ${announced} that were announced.`);
  }
  for (const sum of checksums) compare(sum, trailers.get(sum.header) ?? request.header(sum.header));
}

/** A small body as text: the lists of parts and keys. */
export async function textOfBody(request: S3Request): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of bodyOf(request)) {
    length += part.length;
    if (length > MAX_TEXT_BYTES) throw new S3Error("InvalidRequest", "The body is longer than 2 MiB.");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** 10,000 parts, or 1,000 keys of 1,024 bytes. */
const MAX_TEXT_BYTES = 2 * 1024 ** 2;

function isChunked({ header }: S3Request): boolean {
  const framed = header("content-encoding")
    ?.split(",")
    .some((encoding) => encoding.trim() === "aws-chunked");
  return framed || (header("x-amz-content-sha256")?.startsWith("STREAMING-") ?? false);
}

async function* readParts(source: S3Request["body"]): AsyncIterable<Buffer> {
  try {
    // A request without an encoding is a sequence of buffers.
    for await (const part of source as AsyncIterable<Buffer>) yield part;
  } catch (thrown) {
    throw new S3Error("IncompleteBody", `The body broke off: ${thrown instanceof Error ? thrown.message : thrown}`);
  }
}

/** A line with the length in hexadecimal digits and a signature; so many bytes; then the next. Behind the last: trailers. */
async function* dechunk(source: S3Request["body"], trailers: Map<string, string>): AsyncIterable<Buffer> {
  let waiting: Buffer = Buffer.alloc(0);
  /** Of the present chunk, its end of line included. */
  let left = 0;
  let ended = false;
  for await (const part of readParts(source)) {
    waiting = waiting.length === 0 ? part : Buffer.concat([waiting, part]);
    for (;;) {
      if (left > 0) {
        const data = waiting.subarray(0, Math.max(0, Math.min(waiting.length, left - EOL.length)));
        if (data.length > 0) yield data;
        const used = Math.min(waiting.length, left);
        left -= used;
        waiting = waiting.subarray(used);
        if (left > 0) break;
      }
      const end = waiting.indexOf(EOL);
      if (end === -1) {
        if (waiting.length > MAX_LINE) throw new S3Error("InvalidRequest", "A chunk has no length.");
        break;
      }
      const line = waiting.subarray(0, end).toString("latin1");
      waiting = waiting.subarray(end + EOL.length);
      if (ended) readTrailer(line, trailers);
      else {
        const size = chunkSize(line);
        if (size === 0) ended = true;
        else left = size + EOL.length;
      }
    }
  }
  if (!ended) throw new S3Error("IncompleteBody", "The body ended within a chunk.");
}

const EOL = "\r\n";
const MAX_LINE = 16 * 1024;

function chunkSize(line: string): number {
  const [, digits] = /^([0-9a-f]{1,12})(?:;.*)?$/i.exec(line) ?? [];
  if (digits === undefined) throw new S3Error("InvalidRequest", "A chunk has no length.");
  return Number.parseInt(digits, 16);
}

function readTrailer(line: string, trailers: Map<string, string>): void {
  const colon = line.indexOf(":");
  if (colon > 0) trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
}

interface Checksum {
  /** The header or trailer that says what it should be. */
  readonly header: string;
  readonly code: S3ErrorCode;
  update(part: Buffer): void;
  digest(): string;
}

/** Those that Node can compute. A CRC-32C or CRC-64 is taken at its word: nothing gets lost between two processes of a machine. */
const CHECKSUMS: readonly (() => Checksum)[] = [
  hashed("content-md5", "md5", "base64", "BadDigest"),
  hashed("x-amz-checksum-sha1", "sha1", "base64", "BadDigest"),
  hashed("x-amz-checksum-sha256", "sha256", "base64", "BadDigest"),
  hashed("x-amz-content-sha256", "sha256", "hex", "XAmzContentSHA256Mismatch"),
  crc,
];

/** Only what the request names is computed. */
function checksumsOf({ header }: S3Request): readonly Checksum[] {
  const behind = (header("x-amz-trailer") ?? "").toLowerCase();
  const all = CHECKSUMS.map((make) => make());
  return all.filter((sum) => header(sum.header) !== undefined || behind.includes(sum.header));
}

function hashed(header: string, algorithm: string, encoding: "base64" | "hex", code: S3ErrorCode): () => Checksum {
  return () => {
    const hash = createHash(algorithm);
    return { header, code, update: (part) => void hash.update(part), digest: () => hash.digest(encoding) };
  };
}

function crc(): Checksum {
  let value = 0;
  return {
    header: "x-amz-checksum-crc32",
    code: "BadDigest",
    update(part) {
      value = crc32(part, value);
    },
    digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString("base64");
    },
  };
}

function compare({ header, code, digest }: Checksum, expected: string | undefined): void {
  // UNSIGNED-PAYLOAD, STREAMING-…: no sum is said.
  if (expected === undefined || !/^[0-9a-z+/]+=*$/i.test(expected) || digest() === expected) return;
  throw new S3Error(code, `The body does not have the ${header} that was sent with it.`);
}
