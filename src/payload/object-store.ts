/** Port: objects under `s3://bucket/key`. On AWS this is S3; embedded, a directory tree. */
import type { Readable } from "node:stream";
import { CirrusError, EXIT } from "../errors.ts";

/** `s3://bucket/key` */
export type ObjectUrl = `s3://${string}/${string}`;

export interface ObjectHead {
  readonly url: ObjectUrl;
  readonly size: number;
  /** ISO 8601 */
  readonly modified: string;
}

export type GetOutcome =
  | { readonly outcome: "found"; readonly body: Uint8Array; readonly head: ObjectHead }
  | { readonly outcome: "missing" }
  | { readonly outcome: "denied"; readonly message: string }
  /** Larger than `maxBytes`; the body was not read. */
  | { readonly outcome: "too-large"; readonly size: number };

export interface PutOptions {
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Store only where nothing is yet (S3's `If-None-Match: *`). */
  readonly ifAbsent?: boolean;
}

/** Offsets in bytes. */
export interface ReadRange {
  readonly start?: number | undefined;
  /** The last byte, as HTTP counts it; that of the object where it is not given. */
  readonly end?: number | undefined;
}

export interface OpenedObject {
  /** Of the whole object, whichever part of it is read. */
  readonly head: ObjectHead;
  /** Another one for another body: what is read in two parts belongs together only if both have the same. */
  readonly version: string;
  /** To be read to its end, or destroyed. Ends early with a TransientError where the connection breaks off. */
  readonly body: Readable;
}

/** `sha256` in hexadecimal. */
export interface CopiedObject {
  readonly size: number;
  readonly sha256: string;
}

/** What is known of an object before its copy is there: a store may know no sum by then. */
export interface FoundObject {
  readonly size: number;
  readonly sha256?: string | undefined;
}

export interface CopyOptions extends Omit<PutOptions, "ifAbsent"> {
  /** Looks at what would be copied: where it throws there is no copy, and where it needs the sum to know, it says false. */
  readonly accept?: (found: FoundObject) => boolean;
}

export type CopyOutcome =
  | ({ readonly outcome: "copied" } & CopiedObject)
  /** Nothing was written: read the object and write it instead. */
  | { readonly outcome: "not-here" };

export interface ObjectStore {
  get(url: ObjectUrl, options?: { readonly maxBytes?: number }): Promise<GetOutcome>;
  head(url: ObjectUrl): Promise<ObjectHead | undefined>;
  /** Atomic: a reader sees the whole old or the whole new body. `exists` only with `ifAbsent`. */
  put(url: ObjectUrl, body: Uint8Array | string, options?: PutOptions): Promise<"stored" | "exists">;
  /** Streams an object to a local file; false where there is no such object. */
  download(url: ObjectUrl, path: string): Promise<boolean>;
  /** Streams a local file into an object. */
  upload(path: string, url: ObjectUrl, options?: PutOptions): Promise<void>;
  /** Opens an object to be read as it comes; undefined where there is none. */
  openRead(url: ObjectUrl, range?: ReadRange): Promise<OpenedObject | undefined>;
  /** Stores what comes, without holding it in memory. Atomic as `put`: where `body` throws, nothing is stored. */
  write(url: ObjectUrl, body: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<void>;
  /** Has the store copy an object by itself, where it can and that is quicker than reading and writing it. */
  copy(from: ObjectUrl, to: ObjectUrl, options?: CopyOptions): Promise<CopyOutcome>;
  /** Every object whose URL starts with `prefix`, in order of key. */
  list(prefix: ObjectUrl): AsyncIterable<ObjectHead>;
  remove(url: ObjectUrl): Promise<void>;
}

export function isObjectUrl(text: unknown): text is ObjectUrl {
  return typeof text === "string" && /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/./.test(text);
}

export function parseObjectUrl(url: ObjectUrl): { readonly bucket: string; readonly key: string } {
  const rest = url.slice("s3://".length);
  const slash = rest.indexOf("/");
  return { bucket: rest.slice(0, slash), key: rest.slice(slash + 1) };
}

/** S3's limit for a key, in bytes. */
export const MAX_KEY_BYTES = 1024;

/** Where an object lies; throws where S3 would refuse its URL, whichever store is asked. */
export function locateObject(url: ObjectUrl): ReturnType<typeof parseObjectUrl> {
  const problem = problemOf(url);
  if (problem === undefined) return parseObjectUrl(url);
  throw new CirrusError(`The object URL ${JSON.stringify(String(url).slice(0, 200))} cannot be used: ${problem}.`, {
    hint: `Write it as s3://bucket/key with a key of at most ${MAX_KEY_BYTES.toLocaleString("en")} bytes.`,
    exitCode: EXIT.usage,
  });
}

function problemOf(url: ObjectUrl): string | undefined {
  if (!isObjectUrl(url)) return "it is not of the form s3://bucket/key";
  const { key } = parseObjectUrl(url);
  if (!key.isWellFormed()) return "its key is not well-formed Unicode";
  return Buffer.byteLength(key) > MAX_KEY_BYTES ? `its key is longer than ${MAX_KEY_BYTES} bytes` : undefined;
}
