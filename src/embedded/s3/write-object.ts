/** PutObject, CopyObject and DeleteObject. A reader sees the whole old or the whole new object. */
import { type ObjectUrl, type PutOptions, parseObjectUrl } from "../../payload/object-store.ts";
import type { ObjectFiles } from "./object-files.ts";
import { bodyOf, textOfBody } from "./request-body.ts";
import { S3Error } from "./s3-error.ts";
import { copySource, type ObjectRequest, objectUrl, requireBucket, type S3Request } from "./s3-request.ts";
import { element, elementsOf, textOf, xmlResponse } from "./xml.ts";

export async function putObject(request: ObjectRequest, files: ObjectFiles): Promise<Response> {
  const { etag } = await files.store(request.url, bodyOf(request), storeOptions(request));
  return new Response(null, { headers: { ETag: etag } });
}

/** `If-None-Match: *` is the one condition; another that was passed over would lose what it is to protect. */
export function storeOptions({ header }: S3Request): PutOptions {
  if (header("if-match") !== undefined)
    throw new S3Error("NotImplemented", "Objects are not stored with If-Match here.");
  const condition = header("if-none-match");
  if (condition === undefined) return {};
  if (condition.trim() === "*") return { ifAbsent: true };
  throw new S3Error("NotImplemented", "If-None-Match takes * when an object is stored.");
}

export async function copyObject(request: ObjectRequest, files: ObjectFiles): Promise<Response> {
  const source = copySource(request.header("x-amz-copy-source") ?? "");
  const { etag, modified } = await files.store(request.url, readObject(source, files), storeOptions(request));
  return xmlResponse("CopyObjectResult", [element("LastModified", modified.toISOString()), element("ETag", etag)]);
}

/** The bytes of an object, or of a part of it. */
export async function* readObject(
  url: ObjectUrl,
  files: ObjectFiles,
  range: { readonly start?: number; readonly end?: number } = {},
): AsyncIterable<Buffer> {
  const { handle } = await files.open(url);
  // Closes the file at its end, and when nobody reads any more.
  yield* handle.createReadStream(range);
}

/** What is not there counts as removed. */
export async function deleteObject({ url }: ObjectRequest, files: ObjectFiles): Promise<Response> {
  await files.objects.remove(url);
  return new Response(null, { status: 204 });
}

/** S3's own limit. */
const MAX_DELETED = 1000;

export async function deleteObjects(request: S3Request, files: ObjectFiles): Promise<Response> {
  const bucket = requireBucket(request);
  const list = await textOfBody(request);
  const keys = elementsOf(list, "Object").map((entry) => textOf(entry, "Key"));
  if (keys.length === 0 || keys.length > MAX_DELETED || !keys.every((key) => key !== undefined && key !== "")) {
    throw new S3Error("MalformedXML", `A list of 1 to ${MAX_DELETED} keys is to be removed at a time.`);
  }
  const quiet = textOf(list, "Quiet") === "true";
  const results = await Promise.all(keys.map((key = "") => removeOne(objectUrl(bucket, key), files)));
  return xmlResponse(
    "DeleteResult",
    quiet ? results.filter(({ failed }) => failed).map(({ shown }) => shown) : results.map(({ shown }) => shown),
  );
}

async function removeOne(url: ObjectUrl, { objects }: ObjectFiles) {
  const key = element("Key", parseObjectUrl(url).key);
  try {
    await objects.remove(url);
    return { failed: false, shown: element("Deleted", [key]) };
  } catch (thrown) {
    const message = element("Message", thrown instanceof Error ? thrown.message : String(thrown));
    return { failed: true, shown: element("Error", [key, element("Code", "InternalError"), message]) };
  }
}
