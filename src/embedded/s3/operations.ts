/** Every operation of S3 that is answered here, in one table. What is not in it is refused by name. */
import { readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { listObjects, listObjectsV2 } from "./list-objects.ts";
import { makeMultipartUploads } from "./multipart-uploads.ts";
import { noSuchBucket, type ObjectFiles } from "./object-files.ts";
import { getObject } from "./read-object.ts";
import { S3Error } from "./s3-error.ts";
import { type ObjectRequest, requireBucket, requireObject, type S3Request } from "./s3-request.ts";
import { copyObject, deleteObject, deleteObjects, putObject } from "./write-object.ts";
import { element, xmlResponse } from "./xml.ts";

export interface Operations {
  answer(request: S3Request): Promise<Response>;
  /** Removes what uploads have left. */
  close(): Promise<void>;
}

type Run = (request: S3Request) => Promise<Response>;

/** Members of a query that make another operation of a request. */
const SUBRESOURCES = new Set([
  ...["accelerate", "acl", "analytics", "attributes", "cors", "encryption", "intelligent-tiering", "inventory"],
  ...["legal-hold", "lifecycle", "logging", "metrics", "notification", "object-lock", "ownershipControls", "policy"],
  ...["policyStatus", "publicAccessBlock", "replication", "requestPayment", "restore", "retention", "select"],
  ...["tagging", "torrent", "versioning", "versions", "website", "renameObject"],
  ...["location", "delete", "uploads", "uploadId", "list-type", "partNumber"],
]);

export function makeOperations(files: ObjectFiles): Operations {
  const uploads = makeMultipartUploads();
  const object =
    (run: (request: ObjectRequest, files: ObjectFiles) => Promise<Response>): Run =>
    (request) =>
      run(requireObject(request), files);
  const bucket =
    (run: (request: S3Request, files: ObjectFiles) => Promise<Response>): Run =>
    (request) =>
      run(request, files);

  /** Method, what the path names, and what the query and the headers make of it. */
  const table: Readonly<Record<string, Run>> = {
    "GET service": () => listBuckets(files),
    "HEAD bucket": bucket(headBucket),
    "PUT bucket": bucket(createBucket),
    "GET bucket": bucket(listObjects),
    "GET bucket list-type": bucket(listObjectsV2),
    "GET bucket location": bucket(getBucketLocation),
    "POST bucket delete": bucket(deleteObjects),
    "GET object": object(getObject),
    "HEAD object": object(getObject),
    "PUT object": object(putObject),
    "PUT object copy": object(copyObject),
    "DELETE object": object(deleteObject),
    "POST object uploads": object(uploads.create),
    "PUT object partNumber uploadId": object(uploads.uploadPart),
    "PUT object partNumber uploadId copy": object(uploads.uploadPartCopy),
    "GET object uploadId": object(uploads.listParts),
    "POST object uploadId": object(uploads.complete),
    "DELETE object uploadId": object(uploads.abort),
  };

  return {
    answer(request) {
      const name = nameOf(request);
      const run = table[name];
      if (run !== undefined) return run(request);
      throw new S3Error("NotImplemented", `${name} is no operation that objects on one machine have.`);
    },
    close: uploads.close,
  };
}

/** `PUT object partNumber uploadId` */
function nameOf({ method, bucket, key, query, header }: S3Request): string {
  const level = bucket === undefined ? "service" : key === undefined ? "bucket" : "object";
  const subresources = [...new Set(query.keys())].filter((name) => SUBRESOURCES.has(name)).sort();
  const copy = method === "PUT" && header("x-amz-copy-source") !== undefined ? ["copy"] : [];
  return [method, level, ...subresources, ...copy].join(" ");
}

async function listBuckets({ unfinished }: ObjectFiles): Promise<Response> {
  const entries = await readdir(dirname(unfinished), { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map(({ name }) => name);
  const buckets = names
    .sort()
    .map((name) => element("Bucket", [element("Name", name), element("CreationDate", EPOCH)]));
  return xmlResponse("ListAllMyBucketsResult", [
    element("Owner", [element("ID", "local"), element("DisplayName", "local")]),
    element("Buckets", buckets),
  ]);
}

/** A folder does not say when it was made. */
const EPOCH = "1970-01-01T00:00:00.000Z";

async function headBucket(request: S3Request, files: ObjectFiles): Promise<Response> {
  await requireExisting(request, files);
  return new Response(null);
}

/** There is nothing to make: a bucket is there once something is stored in it. */
async function createBucket(request: S3Request): Promise<Response> {
  return new Response(null, { headers: { Location: `/${requireBucket(request)}` } });
}

/** Empty, as for buckets of the first region: clients ask it to find the right endpoint, and this is it. */
async function getBucketLocation(request: S3Request, files: ObjectFiles): Promise<Response> {
  await requireExisting(request, files);
  return xmlResponse("LocationConstraint", []);
}

async function requireExisting(request: S3Request, files: ObjectFiles): Promise<void> {
  const bucket = requireBucket(request);
  if (!(await files.bucketExists(bucket))) throw noSuchBucket(bucket);
}
