/** A file's bytes as they are meant: decompressed where they are gzip, without a byte order mark, and with a look at their beginning. */
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { BrokenTaskFile } from "./finding.ts";

/** Bytes that are looked at to tell formats apart. */
const HEAD_BYTES = 4096;

export interface PlainBytes {
  /** The first bytes, as text; empty for an empty file. */
  readonly head: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export async function plainBytes(raw: AsyncIterable<Uint8Array>): Promise<PlainBytes> {
  const start = await peek(raw, 2);
  const zipped = start.head[0] === 0x1f && start.head[1] === 0x8b;
  const { head, bytes } = await peek(zipped ? gunzip(start.bytes) : start.bytes, HEAD_BYTES);
  if (isUtf16(head)) {
    throw new BrokenTaskFile({
      code: "not-utf8",
      line: 1,
      message: "the file is UTF-16 text",
      hint: "Save it as UTF-8.",
    });
  }
  const marked = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  return { head: head.subarray(marked ? 3 : 0).toString("utf8"), bytes: marked ? drop(bytes, 3) : bytes };
}

async function peek(bytes: AsyncIterable<Uint8Array>, least: number) {
  const iterator = bytes[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < least) {
    const next = await iterator.next();
    if (next.done) break;
    first.push(next.value);
    length += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* first.splice(0);
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(first).subarray(0, Math.max(least, 2)), bytes: all() };
}

async function* gunzip(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(bytes, { objectMode: false });
  const plain = createGunzip();
  source.on("error", (thrown) => plain.destroy(thrown));
  try {
    // A decompressor without an encoding gives buffers.
    for await (const chunk of source.pipe(plain) as AsyncIterable<Buffer>) yield chunk;
  } catch (thrown) {
    if (!isZlibError(thrown)) throw thrown;
    const problem = { code: "bad-gzip", message: `the gzip data is damaged: ${thrown.message}`, hint: GZIP_HINT };
    throw new BrokenTaskFile(problem, thrown);
  } finally {
    source.destroy();
  }
}

const GZIP_HINT = "Was it copied or downloaded to its end? `gzip --test` tells.";

function isZlibError(thrown: unknown): thrown is Error {
  return thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("Z_");
}

function isUtf16(head: Uint8Array): boolean {
  return (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
}

async function* drop(bytes: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const chunk of bytes) {
    yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
