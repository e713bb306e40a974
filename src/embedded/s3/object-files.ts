/** The objects that are files here, as the endpoint reads and stores them: with an entity tag, from a byte on. */
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type ObjectUrl, type PutOptions, parseObjectUrl } from "../../payload/object-store.ts";
import { isLink, isMissing } from "../objects/file-failures.ts";
import { isInside } from "../objects/inside-folder.ts";
import { type ListingOptions, listEntries } from "../objects/object-listing.ts";
import type { EmbeddedObjectStore } from "../objects/object-store.ts";
import { S3Error } from "./s3-error.ts";

export interface ObjectFacts {
  readonly size: number;
  readonly modified: Date;
  /** With its quotation marks. */
  readonly etag: string;
}

export interface OpenObject extends ObjectFacts {
  readonly handle: FileHandle;
}

export interface ObjectFiles {
  readonly objects: EmbeddedObjectStore;
  /** Of uploads in parts, until they are complete. */
  readonly unfinished: string;
  /** Throws S3Errors for what is not there. The handle is the caller's to close. */
  open(url: ObjectUrl): Promise<OpenObject>;
  facts(url: ObjectUrl): Promise<ObjectFacts>;
  /** Keys in order; a folder has no facts. */
  list(
    bucket: string,
    prefix: string,
    options: ListingOptions,
  ): AsyncIterable<{ readonly key: string; readonly facts: ObjectFacts | undefined }>;
  store(url: ObjectUrl, body: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<ObjectFacts>;
  bucketExists(bucket: string): Promise<boolean>;
}

export interface ObjectFilesOptions {
  /** Of the buckets. */
  readonly directory: string;
  readonly objects: EmbeddedObjectStore;
  /** There before anything is stored in them. */
  readonly buckets: readonly string[];
}

export function makeObjectFiles({ directory, objects, buckets }: ObjectFilesOptions): ObjectFiles {
  const unfinished = join(directory, ".unfinished");

  async function bucketExists(bucket: string): Promise<boolean> {
    if (buckets.includes(bucket)) return true;
    const stats = await lstat(join(directory, bucket)).catch(ifMissing);
    return stats?.isDirectory() ?? false;
  }

  async function missing(url: ObjectUrl): Promise<S3Error> {
    const { bucket, key } = parseObjectUrl(url);
    if (await bucketExists(bucket)) return new S3Error("NoSuchKey", `There is no object ${key} in ${bucket}.`);
    return noSuchBucket(bucket);
  }

  async function openObject(url: ObjectUrl): Promise<OpenObject> {
    const path = objects.path(url);
    try {
      if (!isInside(directory, dirname(path))) throw outside(url);
      const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const stats = await handle.stat({ bigint: true });
      if (stats.isFile()) return { handle, ...factsOf(stats) };
      await handle.close();
    } catch (thrown) {
      if (isLink(thrown)) throw outside(url);
      if (!isMissing(thrown)) throw thrown;
    }
    throw await missing(url);
  }

  async function facts(url: ObjectUrl): Promise<ObjectFacts> {
    const { handle, ...found } = await openObject(url);
    await handle.close();
    return found;
  }

  return {
    objects,
    unfinished,
    open: openObject,
    facts,
    bucketExists,
    async *list(bucket, prefix, options) {
      // The listing takes a bucket alone as well.
      for await (const listed of listEntries(directory, `s3://${bucket}/${prefix}` as ObjectUrl, options)) {
        const { kind, key } = listed;
        if (kind === "folder") yield { key, facts: undefined };
        else {
          const stats = await lstat(objects.path(listed.head.url), { bigint: true }).catch(ifMissing);
          if (stats !== undefined) yield { key, facts: factsOf(stats) };
        }
      }
    },
    async store(url, body, { ifAbsent = false } = {}) {
      if (!ifAbsent) await objects.write(url, body);
      else if ((await objects.put(url, await buffer(body), { ifAbsent })) === "exists") {
        throw new S3Error("PreconditionFailed", "There is such an object already.");
      }
      return facts(url);
    },
  };
}

interface FileStats {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly mtime: Date;
}

/**
 * Another one for every version. It is no MD5, for which a large file would have to be read; the end is that of an
 * object that was uploaded in parts, so that nobody takes it for one.
 */
function factsOf({ ino, size, mtimeNs, mtime }: FileStats): ObjectFacts {
  const version = createHash("md5").update(`${ino} ${size} ${mtimeNs}`).digest("hex");
  return { size: Number(size), modified: mtime, etag: `"${version}-1"` };
}

export function noSuchBucket(bucket: string): S3Error {
  const why = "On one machine a bucket is there once something is stored in it.";
  return new S3Error("NoSuchBucket", `There is no bucket ${bucket}. ${why}`);
}

function outside(url: ObjectUrl): S3Error {
  return new S3Error("AccessDenied", `A symbolic link leads ${url} out of the folder of the objects.`);
}

function ifMissing(thrown: unknown): undefined {
  if (!isMissing(thrown)) throw thrown;
}
