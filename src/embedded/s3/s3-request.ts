/** A request to S3 taken apart: which bucket and key it is about, and what it brings. Buckets are named in the path. */
import type { IncomingMessage } from "node:http";
import { isObjectUrl, MAX_KEY_BYTES, type ObjectUrl } from "../../payload/object-store.ts";
import { S3Error } from "./s3-error.ts";

export interface S3Request {
  readonly method: string;
  /** As it was sent, percent-encoded, without the query. */
  readonly path: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly query: URLSearchParams;
  /** By its name in small letters. */
  header(name: string): string | undefined;
  readonly body: IncomingMessage;
}

/** The request of an operation on an object. */
export interface ObjectRequest extends S3Request {
  readonly url: ObjectUrl;
}

/** From what Node received: a URL of the platform would take `a/../b` for `b`, which are two keys. */
export function readRequest(incoming: IncomingMessage): S3Request {
  const [path = "/", ...rest] = (incoming.url ?? "/").replace(/^https?:\/\/[^/]*/, "").split("?");
  const [, bucket = "", ...segments] = path.split("/").map(decode);
  return {
    method: incoming.method ?? "GET",
    path,
    bucket: bucket === "" ? undefined : bucket,
    key: segments.join("/") === "" ? undefined : segments.join("/"),
    query: new URLSearchParams(rest.join("?")),
    header(name) {
      const value = incoming.headers[name];
      return Array.isArray(value) ? value.join(",") : value;
    },
    body: incoming,
  };
}

export function requireBucket({ bucket }: S3Request): string {
  if (bucket !== undefined && isObjectUrl(`s3://${bucket}/x`)) return bucket;
  throw new S3Error("InvalidBucketName", `${JSON.stringify(bucket ?? "")} cannot be the name of a bucket.`);
}

export function requireObject(request: S3Request): ObjectRequest {
  return { ...request, url: objectUrl(requireBucket(request), request.key ?? "") };
}

export function objectUrl(bucket: string, key: string): ObjectUrl {
  const url = `s3://${bucket}/${key}`;
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new S3Error("KeyTooLongError", `The key is longer than ${MAX_KEY_BYTES} bytes.`);
  }
  if (isObjectUrl(url) && key.isWellFormed()) return url;
  throw new S3Error("InvalidArgument", `${JSON.stringify(url)} cannot be an object.`);
}

/** The source that a copy names: `bucket/key` or `/bucket/key`, percent-encoded; there are no versions here. */
export function copySource(text: string): ObjectUrl {
  const [path = "", version] = text.replace(/^\//, "").split("?versionId=");
  if (version !== undefined) throw new S3Error("NotImplemented", "Objects have no versions on one machine.");
  const [bucket = "", ...key] = path.split("/").map(decode);
  return objectUrl(bucket, key.join("/"));
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new S3Error("InvalidArgument", `${JSON.stringify(segment)} is not percent-encoded UTF-8.`);
  }
}
