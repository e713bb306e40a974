/** Objects in S3. */
import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { CopyObjectResult } from "@aws-sdk/client-s3";
import { TransientError } from "../errors.ts";
import {
  type GetOutcome,
  locateObject,
  type ObjectHead,
  type ObjectStore,
  type ObjectUrl,
  type OpenedObject,
  type PutOptions,
  parseObjectUrl,
  type ReadRange,
} from "../payload/object-store.ts";
import { AccessDenied } from "./failures.ts";
import { rangeField, readAll, wholeBody, wholeSize } from "./object-body.ts";
import { headerFields } from "./object-headers.ts";
import type { S3 } from "./services/s3.ts";

export interface S3ObjectStoreOptions {
  readonly s3: () => Promise<S3>;
  /** Buckets whose readers pay, and where this reader does; `true` for all that there are. */
  readonly requesterPays?: boolean | readonly string[] | undefined;
}

/** Bytes that S3 copies by itself while a call waits; it takes 5 GB at most. */
const LARGEST_COPY = 1024 ** 3;

/** Two writers of one object that may not be there yet: S3 asks one of them to try again. */
const CONFLICT_TRIES = 5;

export function makeS3ObjectStore({ s3, requesterPays = false }: S3ObjectStoreOptions): ObjectStore {
  function payer(bucket: string): { RequestPayer?: "requester" } {
    const pays = typeof requesterPays === "boolean" ? requesterPays : requesterPays.includes(bucket);
    return pays ? { RequestPayer: "requester" } : {};
  }

  /** The object's body is still to be read, or to be destroyed. */
  async function open(url: ObjectUrl, range: ReadRange = {}): Promise<OpenedObject | undefined> {
    const service = await s3();
    const { bucket: Bucket, key: Key } = locateObject(url);
    try {
      const got = await service.getObject({ Bucket, Key, ...payer(Bucket), ...rangeField(range) });
      if (!(got.Body instanceof Readable)) throw new TransientError(`S3 sent ${url} without a body.`);
      const head = headOf(url, wholeSize(got), got.LastModified);
      const body = wholeBody(url, got.Body, got.ContentLength ?? head.size);
      return { body, head, version: got.ETag ?? head.modified };
    } catch (thrown) {
      if (isMissing(thrown)) return undefined;
      throw thrown;
    }
  }

  async function uploadStream(url: ObjectUrl, body: Readable, options: PutOptions, size?: number): Promise<void> {
    const target = { ...targetOf(url, options), ...(options.ifAbsent && { IfNoneMatch: "*" }) };
    try {
      const service = await s3();
      await service.upload({ ...target, Body: body, ...(size !== undefined && { ContentLength: size }) });
    } catch (thrown) {
      if (nameOf(thrown) !== "PreconditionFailed") throw thrown;
    } finally {
      body.destroy();
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
        return { outcome: "found", body: await readAll(body), head };
      } catch (thrown) {
        if (thrown instanceof AccessDenied) return { outcome: "denied", message: unreadable(url, thrown) };
        throw thrown;
      }
    },

    async head(url) {
      const service = await s3();
      const { bucket: Bucket, key: Key } = locateObject(url);
      try {
        const { ContentLength, LastModified } = await service.headObject({ Bucket, Key, ...payer(Bucket) });
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
        await pipeline(opened.body, createWriteStream(unfinished));
        await rename(unfinished, path);
        return true;
      } catch (thrown) {
        throw explainRead(url, thrown);
      } finally {
        await rm(unfinished, { force: true });
      }
    },

    async upload(path, url, options = {}) {
      const { size } = await stat(path);
      await uploadStream(url, createReadStream(path), options, size);
    },

    async openRead(url, range = {}) {
      try {
        return await open(url, range);
      } catch (thrown) {
        // Nothing of the object lies there: S3 refuses what other stores answer with nothing.
        if (nameOf(thrown) === "InvalidRange") return emptyPart(await open(url));
        throw explainRead(url, thrown);
      }
    },

    write: (url, body, options = {}) => uploadStream(url, Readable.from(body, { objectMode: false }), options),

    async copy(from, to, { accept, ...options } = {}) {
      const service = await s3();
      const { bucket, key } = locateObject(from);
      const target = targetOf(to, options);
      const head = await service
        .headObject({ Bucket: bucket, Key: key, ...payer(bucket), ChecksumMode: "ENABLED" })
        .catch(unlessPassing);
      if (head?.ContentLength === undefined || head.ContentLength > LARGEST_COPY) return { outcome: "not-here" };
      const size = head.ContentLength;
      // Before it is there: what has taken the place of a good copy could not be taken back.
      if (accept?.({ size, sha256: hexSum(head) }) === false) return { outcome: "not-here" };
      const copied = await service
        .copyObject({
          ...target,
          ...payer(bucket),
          CopySource: [bucket, ...key.split("/")].map(encodeURIComponent).join("/"),
          CopySourceIfMatch: head.ETag,
          MetadataDirective: "REPLACE",
          // Without it, reading the tags of the source has to be allowed too.
          TaggingDirective: "REPLACE",
          ChecksumAlgorithm: "SHA256",
        })
        .catch(unlessPassing);
      const sha256 = hexSum(copied?.CopyObjectResult);
      if (sha256 === undefined) return { outcome: "not-here" };
      return { outcome: "copied", size, sha256 };
    },

    async *list(prefix) {
      const service = await s3();
      const { bucket: Bucket, key: Prefix } = parseObjectUrl(prefix);
      let token: string | undefined;
      do {
        const page = await service
          .listObjects({ Bucket, Prefix, ContinuationToken: token, ...payer(Bucket) })
          .catch(ifNoBucket);
        for (const { Key, Size, LastModified } of page?.Contents ?? []) {
          if (Key !== undefined) yield headOf(`s3://${Bucket}/${Key}`, Size, LastModified);
        }
        token = page?.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },

    async remove(url) {
      const service = await s3();
      const { bucket: Bucket, key: Key } = locateObject(url);
      await service.deleteObject({ Bucket, Key }).catch(ifNoBucket);
    },
  };
}

function targetOf(url: ObjectUrl, { contentType, headers = {} }: PutOptions) {
  const { bucket: Bucket, key: Key } = locateObject(url);
  return { Bucket, Key, ...headerFields(headers), ...(contentType !== undefined && { ContentType: contentType }) };
}

function headOf(url: ObjectUrl, size: number | undefined, modified: Date | undefined): ObjectHead {
  if (size === undefined || modified === undefined) throw new TransientError(`S3 described ${url} only in part.`);
  return { url, size, modified: modified.toISOString() };
}

function emptyPart(opened: OpenedObject | undefined): OpenedObject | undefined {
  opened?.body.destroy();
  return opened && { ...opened, body: Readable.from([]) };
}

/** Of the whole object; one that came in parts may have the sum of their sums. */
function hexSum({
  ChecksumSHA256: sum,
  ChecksumType: type,
}: Pick<CopyObjectResult, "ChecksumSHA256" | "ChecksumType"> = {}) {
  return sum === undefined || type === "COMPOSITE" ? undefined : Buffer.from(sum, "base64").toString("hex");
}

/** What else is wrong with a copy, reading and writing will say, and of which of the two objects. */
function unlessPassing(thrown: unknown): undefined {
  if (thrown instanceof TransientError) throw thrown;
  return undefined;
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
