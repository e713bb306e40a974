/** Objects in S3. */
import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CirrusError, EXIT, TransientError } from "../errors.ts";
import {
  type GetOutcome,
  isObjectUrl,
  type ObjectHead,
  type ObjectStore,
  type ObjectUrl,
  type PutOptions,
  parseObjectUrl,
} from "../payload/object-store.ts";
import { AccessDenied } from "./failures.ts";
import { headerFields } from "./object-headers.ts";
import type { S3 } from "./services/s3.ts";

export interface S3ObjectStoreOptions {
  readonly s3: () => Promise<S3>;
  /** Pays for reading from buckets whose readers pay. */
  readonly requesterPays?: boolean | undefined;
}

/** S3's limit for a key, in bytes. */
const MAX_KEY_BYTES = 1024;

/** Two writers of one object that may not be there yet: S3 asks one of them to try again. */
const CONFLICT_TRIES = 5;

export function makeS3ObjectStore({ s3, requesterPays = false }: S3ObjectStoreOptions): ObjectStore {
  const payer = requesterPays ? ({ RequestPayer: "requester" } as const) : {};

  /** The object's body is still to be read, or to be destroyed. */
  async function open(url: ObjectUrl): Promise<{ readonly body: Readable; readonly head: ObjectHead } | undefined> {
    const service = await s3();
    const { bucket: Bucket, key: Key } = locate(url);
    try {
      const got = await service.getObject({ Bucket, Key, ...payer });
      if (!(got.Body instanceof Readable)) throw new TransientError(`S3 sent ${url} without a body.`);
      return { body: got.Body, head: headOf(url, got.ContentLength, got.LastModified) };
    } catch (thrown) {
      if (isMissing(thrown)) return undefined;
      throw thrown;
    }
  }

  return {
    async get(url, { maxBytes = Number.POSITIVE_INFINITY } = {}): Promise<GetOutcome> {
      try {
        const opened = await open(url);
        if (opened === undefined) return { outcome: "missing" };
        const { body, head } = opened;
        if (head.size > maxBytes) {
          body.destroy();
          return { outcome: "too-large", size: head.size };
        }
        return { outcome: "found", body: await readAll(url, body, head.size), head };
      } catch (thrown) {
        if (thrown instanceof AccessDenied) return { outcome: "denied", message: unreadable(url, thrown) };
        throw thrown;
      }
    },

    async head(url) {
      const service = await s3();
      const { bucket: Bucket, key: Key } = locate(url);
      try {
        const { ContentLength, LastModified } = await service.headObject({ Bucket, Key, ...payer });
        return headOf(url, ContentLength, LastModified);
      } catch (thrown) {
        if (isMissing(thrown)) return undefined;
        throw explainRead(url, thrown);
      }
    },

    async put(url, body, options = {}) {
      const service = await s3();
      // Of an empty text the SDK would not know the length.
      const input = { ...targetOf(url, options), Body: typeof body === "string" ? Buffer.from(body) : body };
      if (!options.ifAbsent) {
        await service.putObject(input);
        return "stored";
      }
      for (let attempt = 1; ; attempt++) {
        try {
          await service.putObject({ ...input, IfNoneMatch: "*" });
          return "stored";
        } catch (thrown) {
          if (nameOf(thrown) === "PreconditionFailed") return "exists";
          if (nameOf(thrown) !== "ConditionalRequestConflict") throw thrown;
          if (attempt === CONFLICT_TRIES) {
            throw new TransientError(`${url} is being written by others at the same time.`, { cause: thrown });
          }
        }
      }
    },

    async download(url, path) {
      // Beside the target, so that the rename stays within one file system and nobody sees half a file.
      const unfinished = `${path}.${randomUUID()}.unfinished`;
      try {
        const opened = await open(url);
        if (opened === undefined) return false;
        await pipeline(opened.body, createWriteStream(unfinished)).catch((thrown) => brokenOff(url, thrown));
        const { size } = await stat(unfinished);
        if (size !== opened.head.size) brokenOff(url, new Error(`${size} of ${opened.head.size} bytes came`));
        await rename(unfinished, path);
        return true;
      } catch (thrown) {
        throw explainRead(url, thrown);
      } finally {
        await rm(unfinished, { force: true });
      }
    },

    async upload(path, url, options = {}) {
      const service = await s3();
      const { size } = await stat(path);
      const target = { ...targetOf(url, options), ...(options.ifAbsent && { IfNoneMatch: "*" }) };
      const file = createReadStream(path);
      try {
        await service.upload({ ...target, Body: file, ContentLength: size });
      } catch (thrown) {
        if (nameOf(thrown) !== "PreconditionFailed") throw thrown;
      } finally {
        file.destroy();
      }
    },

    async *list(prefix) {
      const service = await s3();
      const { bucket: Bucket, key: Prefix } = parseObjectUrl(prefix);
      let token: string | undefined;
      do {
        const page = await service
          .listObjects({ Bucket, Prefix, ContinuationToken: token, ...payer })
          .catch(ifNoBucket);
        for (const { Key, Size, LastModified } of page?.Contents ?? []) {
          if (Key !== undefined) yield headOf(`s3://${Bucket}/${Key}`, Size, LastModified);
        }
        token = page?.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },

    async remove(url) {
      const service = await s3();
      const { bucket: Bucket, key: Key } = locate(url);
      await service.deleteObject({ Bucket, Key }).catch(ifNoBucket);
    },
  };
}

function targetOf(url: ObjectUrl, { contentType, headers = {} }: PutOptions) {
  const { bucket: Bucket, key: Key } = locate(url);
  return { Bucket, Key, ...headerFields(headers), ...(contentType !== undefined && { ContentType: contentType }) };
}

function locate(url: ObjectUrl): ReturnType<typeof parseObjectUrl> {
  const problem = problemOf(url);
  if (problem === undefined) return parseObjectUrl(url);
  throw new CirrusError(`The object URL ${JSON.stringify(String(url).slice(0, 200))} cannot be used: ${problem}.`, {
    hint: "Write it as s3://bucket/key with a key of at most 1,024 bytes.",
    exitCode: EXIT.usage,
  });
}

function problemOf(url: ObjectUrl): string | undefined {
  if (!isObjectUrl(url)) return "it is not of the form s3://bucket/key";
  const { key } = parseObjectUrl(url);
  if (!key.isWellFormed()) return "its key is not well-formed Unicode";
  return Buffer.byteLength(key) > MAX_KEY_BYTES ? `its key is longer than ${MAX_KEY_BYTES} bytes` : undefined;
}

function headOf(url: ObjectUrl, size: number | undefined, modified: Date | undefined): ObjectHead {
  if (size === undefined || modified === undefined) throw new TransientError(`S3 described ${url} only in part.`);
  return { url, size, modified: modified.toISOString() };
}

async function readAll(url: ObjectUrl, body: Readable, size: number): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  try {
    // A body in binary mode is a sequence of buffers.
    for await (const part of body as AsyncIterable<Buffer>) parts.push(part);
  } catch (thrown) {
    return brokenOff(url, thrown);
  }
  const whole = Buffer.concat(parts);
  return whole.length === size ? whole : brokenOff(url, new Error(`${whole.length} of ${size} bytes came`));
}

/** The SDK tries calls again, but not the reading of a body. */
function brokenOff(url: ObjectUrl, thrown: unknown): never {
  if (thrown instanceof Error && "syscall" in thrown && "path" in thrown) throw thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  throw new TransientError(`Reading ${url} broke off: ${reason}`, { cause: thrown });
}

function isMissing(thrown: unknown): boolean {
  return ["NoSuchKey", "NoSuchBucket", "NotFound"].includes(nameOf(thrown));
}

function ifNoBucket(thrown: unknown): undefined {
  if (nameOf(thrown) === "NoSuchBucket") return undefined;
  throw thrown;
}

function explainRead(url: ObjectUrl, thrown: unknown): unknown {
  if (!(thrown instanceof AccessDenied)) return thrown;
  return new AccessDenied(unreadable(url, thrown), {
    where: url,
    hint: thrown.hint,
    cause: thrown,
    exitCode: thrown.exitCode,
  });
}

/** S3 answers 403 for a missing object too, unless the caller may list the bucket: both readings are said. */
function unreadable(url: ObjectUrl, { message }: AccessDenied): string {
  return `${url} may not be read, or it is not there and the bucket may not be listed (${message})`;
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : "";
}
