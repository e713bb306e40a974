/** The bodies that S3 sends: read to their end or known to be cut off, whole or in part. */
import { type Readable, Transform } from "node:stream";
import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { TransientError } from "../errors.ts";
import type { ObjectUrl, ReadRange } from "../payload/object-store.ts";

export async function readAll(body: Readable): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  // A body in binary mode is a sequence of buffers.
  for await (const part of body as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

/** The SDK tries calls again, but not the reading of a body: what breaks off, or ends too early, is a TransientError. */
export function wholeBody(url: ObjectUrl, body: Readable, size: number): Readable {
  let came = 0;
  const whole = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      came += chunk.length;
      done(null, chunk);
    },
    flush: (done) => done(came === size ? null : brokenOff(url, `${came} of ${size} bytes came`)),
  });
  body.on("error", (thrown) => whole.destroy(brokenOff(url, thrown.message, thrown)));
  whole.on("close", () => body.destroy());
  return body.pipe(whole);
}

function brokenOff(url: ObjectUrl, reason: string, cause?: unknown): TransientError {
  return new TransientError(`Reading ${url} broke off: ${reason}`, { cause });
}

export function rangeField({ start = 0, end }: ReadRange): { Range?: string } {
  return start === 0 && end === undefined ? {} : { Range: `bytes=${start}-${end ?? ""}` };
}

/** `bytes 5-9/10` where a part was asked for. */
export function wholeSize({ ContentRange, ContentLength }: GetObjectCommandOutput): number | undefined {
  const [, size] = /\/(\d+)$/.exec(ContentRange ?? "") ?? [];
  return size === undefined ? ContentLength : Number(size);
}
