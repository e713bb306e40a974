/** Port: objects under `s3://bucket/key`. On AWS this is S3; embedded, a directory tree. */

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

export interface ObjectStore {
  get(url: ObjectUrl, options?: { readonly maxBytes?: number }): Promise<GetOutcome>;
  head(url: ObjectUrl): Promise<ObjectHead | undefined>;
  /** Atomic: a reader sees the whole old or the whole new body. `exists` only with `ifAbsent`. */
  put(url: ObjectUrl, body: Uint8Array | string, options?: PutOptions): Promise<"stored" | "exists">;
  /** Streams an object to a local file; false where there is no such object. */
  download(url: ObjectUrl, path: string): Promise<boolean>;
  /** Streams a local file into an object. */
  upload(path: string, url: ObjectUrl, options?: PutOptions): Promise<void>;
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
