/** ListObjectsV2, and ListObjects as older programs call it. */
import { compareKeys } from "../objects/object-listing.ts";
import { noSuchBucket, type ObjectFacts, type ObjectFiles } from "./object-files.ts";
import { S3Error } from "./s3-error.ts";
import { requireBucket, type S3Request } from "./s3-request.ts";
import { element, type Markup, xmlResponse } from "./xml.ts";

const MAX_KEYS = 1000;

interface Listing {
  readonly prefix: string;
  readonly delimiter: string;
  /** Keys up to this one, and those that begin with it where it is a common prefix, have been listed. */
  readonly after: string;
  readonly maxKeys: number;
  readonly encode: (key: string) => string;
}

export async function listObjectsV2(request: S3Request, files: ObjectFiles): Promise<Response> {
  const { query } = request;
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after") ?? "";
  const after = token === null ? startAfter : Buffer.from(token, "base64url").toString("utf8");
  const listing = readListing(request, after);
  const { entries, last, truncated } = await list(request, listing, files);
  return xmlResponse("ListBucketResult", [
    ...heading(request, listing, truncated),
    element("KeyCount", entries.length),
    ...(token === null ? [] : [element("ContinuationToken", token)]),
    ...(truncated ? [element("NextContinuationToken", Buffer.from(last).toString("base64url"))] : []),
    ...(startAfter === "" ? [] : [element("StartAfter", listing.encode(startAfter))]),
    ...entries,
  ]);
}

export async function listObjects(request: S3Request, files: ObjectFiles): Promise<Response> {
  const marker = request.query.get("marker") ?? "";
  const listing = readListing(request, marker);
  const { entries, last, truncated } = await list(request, listing, files);
  return xmlResponse("ListBucketResult", [
    ...heading(request, listing, truncated),
    element("Marker", listing.encode(marker)),
    ...(truncated ? [element("NextMarker", listing.encode(last))] : []),
    ...entries,
  ]);
}

function readListing({ query }: S3Request, after: string): Listing {
  const maxKeys = Number(query.get("max-keys") ?? MAX_KEYS);
  if (!Number.isInteger(maxKeys) || maxKeys < 0) throw new S3Error("InvalidArgument", "max-keys is no whole number.");
  return {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    after,
    maxKeys: Math.min(maxKeys, MAX_KEYS),
    encode:
      query.get("encoding-type") === "url" ? (key) => encodeURIComponent(key).replaceAll("%2F", "/") : (key) => key,
  };
}

function heading(request: S3Request, { prefix, delimiter, maxKeys, encode }: Listing, truncated: boolean): Markup[] {
  return [
    element("Name", requireBucket(request)),
    element("Prefix", encode(prefix)),
    element("MaxKeys", maxKeys),
    ...(delimiter === "" ? [] : [element("Delimiter", encode(delimiter))]),
    ...(request.query.has("encoding-type") ? [element("EncodingType", "url")] : []),
    element("IsTruncated", truncated),
  ];
}

async function list(request: S3Request, listing: Listing, files: ObjectFiles) {
  const bucket = requireBucket(request);
  if (!(await files.bucketExists(bucket))) throw noSuchBucket(bucket);
  const { prefix, delimiter, after, maxKeys, encode } = listing;
  const entries: Markup[] = [];
  let last = after;
  if (maxKeys === 0) return { entries, last, truncated: false };
  for await (const { key, facts } of files.list(bucket, prefix, { after, shallow: delimiter === "/" })) {
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const shown = cut === -1 ? key : key.slice(0, cut + delimiter.length);
    // What begins with the common prefix that was told last.
    if (compareKeys(shown, last) <= 0) continue;
    if (entries.length === maxKeys) return { entries, last, truncated: true };
    last = shown;
    if (cut !== -1) entries.push(element("CommonPrefixes", [element("Prefix", encode(shown))]));
    else if (facts !== undefined) entries.push(contents(encode(key), facts));
  }
  return { entries, last, truncated: false };
}

function contents(key: string, { modified, etag, size }: ObjectFacts): Markup {
  return element("Contents", [
    element("Key", key),
    element("LastModified", modified.toISOString()),
    element("ETag", etag),
    element("Size", size),
    element("StorageClass", "STANDARD"),
  ]);
}
