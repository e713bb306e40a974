/** What S3 may answer beside the plain cases, which the contract suite goes through over an emulator. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeS3ObjectStore } from "../../src/aws/object-store.ts";
import { CirrusError, EXIT, TransientError } from "../../src/errors.ts";
import type { ObjectStore } from "../../src/payload/object-store.ts";
import { type Answer, type Call, type FakeAws, type FakeAwsOptions, s3Error, startFakeAws, xml } from "./fake-aws.ts";

const MODIFIED = "Fri, 20 Nov 2026 10:00:00 GMT";
const URL = "s3://data/a/b.json";

let aws: FakeAws | undefined;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cirrus-s3-"));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await aws?.close();
  aws = undefined;
});

async function storeOver(
  answer: (call: Call, index: number) => Answer | "never",
  options: FakeAwsOptions = {},
): Promise<ObjectStore> {
  aws = await startFakeAws(answer, options);
  return makeS3ObjectStore({ s3: aws.clients.s3 });
}

const object = (body: string, more: Partial<Answer> = {}): Answer => ({
  body,
  headers: { "last-modified": MODIFIED, etag: '"e"' },
  ...more,
});

test("a body larger than allowed is known by its length and left unread", async () => {
  const store = await storeOver(() => object("12345"));
  expect(await store.get(URL, { maxBytes: 4 })).toEqual({ outcome: "too-large", size: 5 });
});

test("a refused read says both things that S3 may mean by it", async () => {
  const store = await storeOver(() => s3Error(403, "AccessDenied"));
  const got = await store.get(URL);
  expect(got).toMatchObject({
    outcome: "denied",
    message: expect.stringMatching(/may not be read, or it is not there and the bucket may not be listed/),
  });
  await expect(store.download(URL, join(folder, "x"))).rejects.toMatchObject({
    message: expect.stringContaining(URL),
    hint: expect.stringContaining("s3:GetObject"),
    exitCode: EXIT.credentials,
  });
});

test("a bucket that is not there holds nothing", async () => {
  const store = await storeOver(() => s3Error(404, "NoSuchBucket"));
  expect(await store.get(URL)).toEqual({ outcome: "missing" });
  expect(await store.download(URL, join(folder, "x"))).toBe(false);
  for await (const head of store.list("s3://data/")) throw new Error(head.url);
});

test("storing where something is already is no error, and a conflict of two writers is tried again", async () => {
  const taken = await storeOver(() => s3Error(412, "PreconditionFailed"));
  expect(await taken.put(URL, "x", { ifAbsent: true })).toBe("exists");
  expect(aws?.calls[0]?.headers["if-none-match"]).toBe("*");
  await aws?.close();

  const contested = await storeOver((_, index) =>
    index < 2 ? s3Error(409, "ConditionalRequestConflict") : object(""),
  );
  expect(await contested.put(URL, "x", { ifAbsent: true })).toBe("stored");
  await aws?.close();

  const hopeless = await storeOver(() => s3Error(409, "ConditionalRequestConflict"));
  await expect(hopeless.put(URL, "x", { ifAbsent: true })).rejects.toThrow(TransientError);
});

test("a throttled call is tried again, and one that stays throttled is transient", async () => {
  const store = await storeOver((_, index) => (index === 0 ? s3Error(503, "SlowDown") : object("{}")));
  expect((await store.get(URL)).outcome).toBe("found");
  await aws?.close();
  const busy = await storeOver(() => s3Error(503, "SlowDown"));
  await expect(busy.get(URL)).rejects.toThrow(TransientError);
  expect(aws?.calls).toHaveLength(2);
});

test("an answer that does not come in time is transient", async () => {
  const store = await storeOver(() => "never", { timeoutMs: 100 });
  await expect(store.head(URL)).rejects.toThrow(TransientError);
});

test("a body that breaks off is transient, and leaves no half of a file", async () => {
  const store = await storeOver(() => object("0123456789", { breakOffAfter: 4 }));
  await expect(store.get(URL)).rejects.toThrow(TransientError);
  const path = join(folder, "image.tif");
  writeFileSync(path, "as it was");
  await expect(store.download(URL, path)).rejects.toThrow(TransientError);
  expect(readFileSync(path, "utf8")).toBe("as it was");
  expect(readdirSync(folder)).toEqual(["image.tif"]);
});

test("a download into a folder that is not there is the folder's fault and not S3's", async () => {
  const store = await storeOver(() => object("x"));
  const path = join(folder, "none", "x");
  await expect(store.download(URL, path)).rejects.toMatchObject({ code: "ENOENT" });
  expect(existsSync(path)).toBe(false);
});

test("a listing goes on over all its pages", async () => {
  const page = (keys: readonly string[], next?: string) =>
    xml(
      `<ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${next ? `<NextContinuationToken>${next}</NextContinuationToken>` : ""}${keys
        .map(
          (key) =>
            `<Contents><Key>${key}</Key><Size>1</Size><LastModified>2026-11-20T10:00:00Z</LastModified></Contents>`,
        )
        .join("")}</ListBucketResult>`,
    );
  const store = await storeOver(({ path }) => {
    const token = new URLSearchParams(path.split("?")[1]).get("continuation-token");
    // A page may be empty although more follow.
    if (token === null) return page(["a"], "1");
    return token === "1" ? page([], "2") : page(["b", "c"]);
  });
  const keys: string[] = [];
  for await (const { url } of store.list("s3://data/")) keys.push(url);
  expect(keys).toEqual(["s3://data/a", "s3://data/b", "s3://data/c"]);
});

test("headers of an upload reach S3, and one that S3 does not know is refused", async () => {
  const store = await storeOver(() => object(""));
  writeFileSync(join(folder, "up"), "x");
  const headers = { "Cache-Control": "max-age=60", "x-amz-acl": "public-read", "x-amz-meta-project": "p" };
  await store.upload(join(folder, "up"), URL, { contentType: "image/tiff", headers });
  expect(aws?.calls[0]?.headers).toMatchObject({
    "cache-control": "max-age=60",
    "content-type": "image/tiff",
    "x-amz-acl": "public-read",
    "x-amz-meta-project": "p",
  });
  await expect(store.put(URL, "", { headers: { Nonsense: "1" } })).rejects.toThrow(CirrusError);
});

test("large files go up in parts, and the parts of an upload that fails are removed", async () => {
  writeFileSync(join(folder, "large"), Buffer.alloc(33 * 1024 * 1024));
  const operations = (): readonly string[] =>
    aws?.calls.map(({ operation, path }) => `${operation} ${path.split("?")[1]?.replace(/=.*$/, "") ?? ""}`) ?? [];
  const create = xml("<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
  const complete = xml("<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>");
  const store = await storeOver(({ operation }) =>
    operation === "POST" ? (aws && aws.calls.length > 1 ? complete : create) : object(""),
  );
  await store.upload(join(folder, "large"), URL);
  expect(operations().filter((one) => one.startsWith("PUT"))).toHaveLength(3);
  await aws?.close();

  const failing = await storeOver(({ operation }) =>
    operation === "POST" ? create : operation === "PUT" ? s3Error(403, "AccessDenied") : { status: 204 },
  );
  await expect(failing.upload(join(folder, "large"), URL)).rejects.toThrow(CirrusError);
  expect(operations().some((one) => one.startsWith("DELETE"))).toBe(true);
  await aws?.close();

  // Whoever may not remove them hears why the upload failed all the same.
  const helpless = await storeOver(({ operation }) =>
    operation === "POST" ? create : s3Error(403, operation === "PUT" ? "AccountProblem" : "AccessDenied"),
  );
  await expect(helpless.upload(join(folder, "large"), URL)).rejects.toMatchObject({ name: "AccountProblem" });
});

test("a file that is not to replace an object leaves it as it is", async () => {
  writeFileSync(join(folder, "up"), "x");
  const store = await storeOver(() => s3Error(412, "PreconditionFailed"));
  await store.upload(join(folder, "up"), URL, { ifAbsent: true });
  expect(aws?.calls[0]?.headers["if-none-match"]).toBe("*");
});
