/**
 * Uploads in parts, as SDKs send whatever is larger than some megabytes. The parts are files until the upload is
 * complete; an upload lives as long as the endpoint, which is as long as the program that asks it.
 */
import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type ObjectUrl, parseObjectUrl } from "../../payload/object-store.ts";
import type { ObjectFacts, ObjectFiles } from "./object-files.ts";
import { bodyOf, textOfBody } from "./request-body.ts";
import { S3Error } from "./s3-error.ts";
import { copySource, type ObjectRequest } from "./s3-request.ts";
import { readObject, storeOptions } from "./write-object.ts";
import { element, elementsOf, textOf, xmlResponse } from "./xml.ts";

interface Part {
  readonly path: string;
  readonly size: number;
  readonly etag: string;
}

interface Upload {
  readonly url: ObjectUrl;
  readonly folder: string;
  readonly parts: Map<number, Part>;
  /** A client that did not wait for the answer asks again, and is to find the same. */
  completing: Promise<ObjectFacts> | undefined;
}

type Answer = (request: ObjectRequest, files: ObjectFiles) => Promise<Response>;

export interface MultipartUploads {
  readonly create: Answer;
  readonly uploadPart: Answer;
  readonly uploadPartCopy: Answer;
  readonly listParts: Answer;
  readonly complete: Answer;
  readonly abort: Answer;
  /** Removes what was never completed. */
  close(): Promise<void>;
}

const MOST_PARTS = 10_000;
/** Bytes of every part but the last. */
const SMALLEST_PART = 5 * 1024 ** 2;

export function makeMultipartUploads(): MultipartUploads {
  const uploads = new Map<string, Upload>();

  function find({ query, url }: ObjectRequest): Upload {
    const upload = uploads.get(query.get("uploadId") ?? "");
    if (upload?.url === url) return upload;
    throw new S3Error("NoSuchUpload", "There is no such upload, or it has ended.");
  }

  async function savePart(request: ObjectRequest, body: AsyncIterable<Buffer>): Promise<Part> {
    const upload = find(request);
    const number = Number(request.query.get("partNumber"));
    if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS) {
      throw new S3Error("InvalidArgument", `A part has a number from 1 to ${MOST_PARTS}.`);
    }
    const id = randomUUID();
    const path = join(upload.folder, id);
    const file = createWriteStream(path, { flags: "wx" });
    await pipeline(body, file);
    const part = { path, size: file.bytesWritten, etag: `"${id.replaceAll("-", "")}"` };
    const former = upload.parts.get(number);
    upload.parts.set(number, part);
    if (former) await rm(former.path, { force: true });
    return part;
  }

  return {
    async create({ url }, { unfinished }) {
      const id = randomUUID();
      const folder = join(unfinished, `upload-${id}`);
      await mkdir(folder, { recursive: true });
      uploads.set(id, { url, folder, parts: new Map(), completing: undefined });
      const { bucket, key } = parseObjectUrl(url);
      return xmlResponse("InitiateMultipartUploadResult", [
        element("Bucket", bucket),
        element("Key", key),
        element("UploadId", id),
      ]);
    },

    async uploadPart(request) {
      const { etag } = await savePart(request, bodyOf(request));
      return new Response(null, { headers: { ETag: etag } });
    },

    async uploadPartCopy(request, files) {
      const source = copySource(request.header("x-amz-copy-source") ?? "");
      const range = copyRange(request.header("x-amz-copy-source-range"));
      const { etag } = await savePart(request, readObject(source, files, range));
      const now = new Date((await files.facts(source)).modified).toISOString();
      return xmlResponse("CopyPartResult", [element("LastModified", now), element("ETag", etag)]);
    },

    async listParts(request) {
      const { parts, url } = find(request);
      const { bucket, key } = parseObjectUrl(url);
      const shown = [...parts].sort(([a], [b]) => a - b);
      return xmlResponse("ListPartsResult", [
        element("Bucket", bucket),
        element("Key", key),
        element("UploadId", request.query.get("uploadId") ?? ""),
        element("IsTruncated", false),
        ...shown.map(([number, { size, etag }]) =>
          element("Part", [element("PartNumber", number), element("ETag", etag), element("Size", size)]),
        ),
      ]);
    },

    async complete(request, files) {
      const upload = find(request);
      upload.completing ??= assemble(upload, request, files).catch((thrown) => {
        // What was wrong with the list can be put right.
        upload.completing = undefined;
        throw thrown;
      });
      const { etag } = await upload.completing;
      const { bucket, key } = parseObjectUrl(upload.url);
      return xmlResponse("CompleteMultipartUploadResult", [
        element("Bucket", bucket),
        element("Key", key),
        element("ETag", etag),
      ]);
    },

    async abort(request) {
      const { folder } = find(request);
      uploads.delete(request.query.get("uploadId") ?? "");
      await rm(folder, { recursive: true, force: true });
      return new Response(null, { status: 204 });
    },

    async close() {
      const folders = [...uploads.values()].map(({ folder }) => folder);
      uploads.clear();
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
}

async function assemble(upload: Upload, request: ObjectRequest, files: ObjectFiles): Promise<ObjectFacts> {
  const listed = await listedParts(upload, request);
  const stored = await files.store(upload.url, readParts(listed), storeOptions(request));
  await rm(upload.folder, { recursive: true, force: true });
  return stored;
}

/** The parts in the order of the list, each as the client knows it. */
async function listedParts({ parts }: Upload, request: ObjectRequest): Promise<readonly Part[]> {
  const list = elementsOf(await textOfBody(request), "Part").map((entry) => ({
    number: Number(textOf(entry, "PartNumber")),
    etag: textOf(entry, "ETag")?.replaceAll('"', ""),
  }));
  if (list.length === 0) throw new S3Error("MalformedXML", "The list of parts is empty.");
  const found = list.map(({ number, etag }, i) => {
    if (i > 0 && number <= (list[i - 1]?.number ?? 0)) {
      throw new S3Error("InvalidPartOrder", "The parts are not in the order of their numbers.");
    }
    const part = parts.get(number);
    if (part?.etag.slice(1, -1) === etag && part !== undefined) return part;
    throw new S3Error("InvalidPart", `Part ${number} was not uploaded, or it is another than the list says.`);
  });
  if (found.slice(0, -1).some(({ size }) => size < SMALLEST_PART)) {
    throw new S3Error("EntityTooSmall", `Every part but the last has at least ${SMALLEST_PART} bytes.`);
  }
  return found;
}

async function* readParts(parts: readonly Part[]): AsyncIterable<Buffer> {
  for (const { path } of parts) yield* createReadStream(path);
}

function copyRange(header: string | undefined): { start: number; end: number } | undefined {
  if (header === undefined) return undefined;
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  if (start !== undefined && end !== undefined) return { start: Number(start), end: Number(end) };
  throw new S3Error("InvalidArgument", "x-amz-copy-source-range is of the form bytes=first-last.");
}
