import { readdirSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startEndpoint } from "./start-endpoint.ts";

const put = (client: S3Client, Key: string, Body: PutObjectCommandInput["Body"] = "x") =>
  client.send(new PutObjectCommand({ Bucket: "data", Key, Body }));

async function read(client: S3Client, Key: string, Range?: string): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: "data", Key, ...(Range && { Range }) }));
  return (await Body?.transformToString()) ?? "";
}

/** Code and status of a refusal. */
async function refusal(call: Promise<unknown>): Promise<[string, number | undefined]> {
  const thrown = await call.then(
    () => new Error("It was not refused"),
    (error: unknown) => error,
  );
  if (thrown instanceof S3ServiceException) return [thrown.name, thrown.$metadata.httpStatusCode];
  throw thrown;
}

describe("an object", () => {
  test("is the file that the tasks of this machine read", async () => {
    const { client, directory } = await startEndpoint();
    await put(client, "a b/ü+&.json", '{"a":1}');
    expect(readFileSync(join(directory, "data/a b/ü+&.json"), "utf8")).toBe('{"a":1}');
    expect(await read(client, "a b/ü+&.json")).toBe('{"a":1}');
  });

  test("is read in ranges", async () => {
    const { client } = await startEndpoint();
    await put(client, "a.txt", "0123456789");
    expect(await read(client, "a.txt", "bytes=2-4")).toBe("234");
    expect(await read(client, "a.txt", "bytes=7-")).toBe("789");
    expect(await read(client, "a.txt", "bytes=-3")).toBe("789");
    expect(await read(client, "a.txt", "bytes=8-100")).toBe("89");
    expect(await read(client, "a.txt", "bytes=0-1,4-5")).toBe("0123456789");
    const { ContentRange, ContentLength } = await client.send(
      new GetObjectCommand({ Bucket: "data", Key: "a.txt", Range: "bytes=2-4" }),
    );
    expect([ContentRange, ContentLength]).toEqual(["bytes 2-4/10", 3]);
    expect(await refusal(read(client, "a.txt", "bytes=10-"))).toEqual(["InvalidRange", 416]);
  });

  test("that streams in without a length is framed by the SDK, and stored without the frames", async () => {
    const { client } = await startEndpoint();
    const text = "€".repeat(200_000);
    const Body = Readable.from(text.match(/.{1,70001}/gs) ?? []);
    const ContentLength = Buffer.byteLength(text);
    await client.send(new PutObjectCommand({ Bucket: "data", Key: "a.txt", Body, ContentLength }));
    expect(await read(client, "a.txt")).toBe(text);
  });

  test("keeps its entity tag until it is stored again", async () => {
    const { client } = await startEndpoint();
    const { ETag } = await put(client, "a.txt", "1");
    const head = () => client.send(new HeadObjectCommand({ Bucket: "data", Key: "a.txt" }));
    expect((await head()).ETag).toBe(ETag);
    const get = (condition: object) =>
      client.send(new GetObjectCommand({ Bucket: "data", Key: "a.txt", ...condition }));
    expect((await refusal(get({ IfNoneMatch: ETag })))[1]).toBe(304);
    await put(client, "a.txt", "2");
    expect((await head()).ETag).not.toBe(ETag);
    expect(await refusal(get({ IfMatch: ETag }))).toEqual(["PreconditionFailed", 412]);
  });

  test("is copied", async () => {
    const { client } = await startEndpoint();
    await put(client, "from ü.txt", "text");
    const CopySource = `data/${encodeURIComponent("from ü.txt")}`;
    await client.send(new CopyObjectCommand({ Bucket: "data", Key: "to.txt", CopySource }));
    expect(await read(client, "to.txt")).toBe("text");
  });

  test("that is not what was announced is not stored", async () => {
    const { client, directory } = await startEndpoint();
    const wrong = new PutObjectCommand({ Bucket: "data", Key: "a.txt", Body: "x", ChecksumSHA256: "AAAA" });
    expect(await refusal(client.send(wrong))).toEqual(["BadDigest", 400]);
    const md5 = new PutObjectCommand({ Bucket: "data", Key: "a.txt", Body: "x", ContentMD5: "AAAA" });
    expect(await refusal(client.send(md5))).toEqual(["BadDigest", 400]);
    expect(readdirSync(directory, { recursive: true })).toEqual([".unfinished"]);
  });

  test("that is missing is told from a bucket that is missing", async () => {
    const { client } = await startEndpoint();
    expect(await refusal(read(client, "none.txt"))).toEqual(["NoSuchKey", 404]);
    const elsewhere = new GetObjectCommand({ Bucket: "elsewhere", Key: "none.txt" });
    expect(await refusal(client.send(elsewhere))).toEqual(["NoSuchBucket", 404]);
  });

  test("has nothing that files do not have, and says so", async () => {
    const { client } = await startEndpoint();
    const acl = client.send(new GetObjectAclCommand({ Bucket: "data", Key: "a.txt" }));
    expect(await refusal(acl)).toEqual(["NotImplemented", 501]);
  });
});

describe("an upload in parts", () => {
  const MIB = 1024 ** 2;

  test("is put together in the order of its parts, and leaves nothing else behind", async () => {
    const { client, directory } = await startEndpoint();
    const bytes = Buffer.alloc(12 * MIB, "0123456789abc");
    const upload = new Upload({ client, params: { Bucket: "data", Key: "big.bin", Body: bytes }, partSize: 5 * MIB });
    await upload.done();
    expect(readFileSync(join(directory, "data/big.bin")).equals(bytes)).toBe(true);
    expect(readdirSync(join(directory, ".unfinished"))).toEqual([]);
  });

  const begin = async (client: S3Client) => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: "data", Key: "a.bin" }));
    const target = { Bucket: "data", Key: "a.bin", UploadId };
    const part = async (PartNumber: number, Body: Buffer | string) => {
      const { ETag } = await client.send(new UploadPartCommand({ ...target, PartNumber, Body }));
      return { PartNumber, ETag };
    };
    const complete = (Parts: { PartNumber: number; ETag: string | undefined }[]) =>
      client.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts } }));
    return { target, part, complete };
  };

  test("takes the latest of two parts with one number, and is the same when it is completed twice", async () => {
    const { client } = await startEndpoint();
    const { part, complete } = await begin(client);
    const former = await part(1, "former");
    const latest = await part(1, "latest");
    expect(await refusal(complete([former]))).toEqual(["InvalidPart", 400]);
    const { ETag } = await complete([latest]);
    expect((await complete([latest])).ETag).toBe(ETag);
    expect(await read(client, "a.bin")).toBe("latest");
  });

  test("is refused where AWS would refuse it", async () => {
    const { client } = await startEndpoint();
    const { part, complete } = await begin(client);
    const [first, second] = [await part(1, "small"), await part(2, "small")];
    expect(await refusal(complete([second, first]))).toEqual(["InvalidPartOrder", 400]);
    expect(await refusal(complete([first, second]))).toEqual(["EntityTooSmall", 400]);
    expect(await refusal(complete([{ PartNumber: 3, ETag: '"none"' }]))).toEqual(["InvalidPart", 400]);
    expect(await refusal(part(10_001, "x"))).toEqual(["InvalidArgument", 400]);
  });

  test("takes parts from other objects", async () => {
    const { client } = await startEndpoint();
    await put(client, "from.txt", "0123456789");
    const { target, complete } = await begin(client);
    const { CopyPartResult } = await client.send(
      new UploadPartCopyCommand({
        ...target,
        PartNumber: 1,
        CopySource: "data/from.txt",
        CopySourceRange: "bytes=2-5",
      }),
    );
    await complete([{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
    expect(await read(client, "a.bin")).toBe("2345");
  });

  test("that is given up is gone", async () => {
    const { client, directory } = await startEndpoint();
    const { target, part } = await begin(client);
    await part(1, "x");
    await client.send(new AbortMultipartUploadCommand(target));
    expect(await refusal(part(2, "x"))).toEqual(["NoSuchUpload", 404]);
    expect(readdirSync(join(directory, ".unfinished"))).toEqual([]);
  });

  test("that was never completed goes with the endpoint", async () => {
    const { client, directory, close } = await startEndpoint();
    const { part } = await begin(client);
    await part(1, "x");
    await close();
    expect(readdirSync(join(directory, ".unfinished"))).toEqual([]);
  });
});

describe("a listing", () => {
  /** Every page, with objects and common prefixes in the order in which they came. */
  async function pages(client: S3Client, input: object): Promise<string[][]> {
    const found: string[][] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket: "data", ...input, ContinuationToken }));
      const keys = [
        ...(page.Contents ?? []).map(({ Key }) => Key),
        ...(page.CommonPrefixes ?? []).map((p) => p.Prefix),
      ];
      found.push(keys.map((key) => key ?? ""));
      expect(page.KeyCount).toBe(keys.length);
      ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
    return found;
  }

  test("shows what lies below a prefix, and folders where a delimiter is given", async () => {
    const { client } = await startEndpoint();
    for (const key of ["a/1.json", "a/2.json", "a/b/3.json", "a/b/4.json", "a.json", "c/5.json"])
      await put(client, key);
    expect(await pages(client, {})).toEqual([
      ["a.json", "a/1.json", "a/2.json", "a/b/3.json", "a/b/4.json", "c/5.json"],
    ]);
    expect(await pages(client, { Delimiter: "/" })).toEqual([["a.json", "a/", "c/"]]);
    expect(await pages(client, { Prefix: "a/", Delimiter: "/" })).toEqual([["a/1.json", "a/2.json", "a/b/"]]);
    expect(await pages(client, { Prefix: "a/b" })).toEqual([["a/b/3.json", "a/b/4.json"]]);
    expect(await pages(client, { StartAfter: "a/2.json" })).toEqual([["a/b/3.json", "a/b/4.json", "c/5.json"]]);
    expect(await pages(client, { Delimiter: ".", Prefix: "a/b/" })).toEqual([["a/b/3.", "a/b/4."]]);
  });

  test("has pages in which every key and every folder is once, however it is asked for", async () => {
    const { client } = await startEndpoint();
    const text = (maxLength: number) => fc.string({ unit: fc.constantFrom("a", "b", "/", "é", "&"), maxLength });
    const keys = [...new Set(fc.sample(text(6), { numRuns: 40, seed: 1 }))].map((name) => `a${name}`);
    for (const key of keys) await put(client, key);
    const query = fc.record({
      Prefix: text(3),
      Delimiter: fc.constantFrom("", "/", "é"),
      MaxKeys: fc.integer({ min: 1, max: 9 }),
    });
    const asked = fc.asyncProperty(query, async ({ Prefix, Delimiter, MaxKeys }) => {
      const below = keys.filter((key) => key.startsWith(Prefix));
      const shown = below.map((key) => {
        const cut = Delimiter === "" ? -1 : key.indexOf(Delimiter, Prefix.length);
        return cut === -1 ? key : key.slice(0, cut + Delimiter.length);
      });
      const found = await pages(client, { Prefix, Delimiter, MaxKeys });
      expect(found.slice(0, -1).every((page) => page.length === MaxKeys)).toBe(true);
      expect(found.flat().sort()).toEqual([...new Set(shown)].sort());
    });
    await fc.assert(asked, { numRuns: 40 });
  });

  test("shows no folder of which everything was removed", async () => {
    const { client, directory } = await startEndpoint();
    await put(client, "a/b/c.json");
    rmSync(join(directory, "data/a/b/c.json"));
    expect(await pages(client, { Delimiter: "/" })).toEqual([[]]);
  });

  test("can be asked for as older programs do", async () => {
    const { client } = await startEndpoint();
    for (const key of ["a/1.json", "a/2.json", "b/3.json"]) await put(client, key);
    const list = (input: object) => client.send(new ListObjectsCommand({ Bucket: "data", ...input }));
    const first = await list({ Delimiter: "/", MaxKeys: 1 });
    expect([first.CommonPrefixes, first.IsTruncated, first.NextMarker]).toEqual([[{ Prefix: "a/" }], true, "a/"]);
    const second = await list({ Delimiter: "/", Marker: "a/" });
    expect([second.CommonPrefixes, second.IsTruncated]).toEqual([[{ Prefix: "b/" }], false]);
  });

  test("of a bucket that is not there is refused, and the buckets that are there are known", async () => {
    const { client } = await startEndpoint();
    expect(await refusal(client.send(new ListObjectsV2Command({ Bucket: "none" })))).toEqual(["NoSuchBucket", 404]);
    expect(await pages(client, {})).toEqual([[]]);
    await put(client, "a.json");
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(["data"]);
  });

  test("is what several objects are removed by", async () => {
    const { client } = await startEndpoint();
    for (const key of ["a&b.json", "b.json", "c.json"]) await put(client, key);
    const Objects = [{ Key: "a&b.json" }, { Key: "b.json" }, { Key: "never there" }];
    const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket: "data", Delete: { Objects } }));
    expect(Deleted?.map(({ Key }) => Key)).toEqual(["a&b.json", "b.json", "never there"]);
    expect(await pages(client, {})).toEqual([["c.json"]]);
  });
});

describe("whoever is a stranger", () => {
  /** Status and body of a request as it is written here. */
  function ask(url: string, headers: Readonly<Record<string, string>>): Promise<[number | undefined, string]> {
    return new Promise((resolve, reject) => {
      const asked = request(url, { headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => resolve([response.statusCode, text]));
      });
      asked.on("error", reject).end();
    });
  }

  test("is refused without the credentials of this start", async () => {
    const [one, other] = [await startEndpoint(), await startEndpoint()];
    const credential = (key: string | undefined) => ({
      Authorization: `AWS4-HMAC-SHA256 Credential=${key}/x, Signature=x`,
    });
    const own = credential(one.environment.AWS_ACCESS_KEY_ID);
    expect((await ask(`${one.url}/data/`, own))[0]).toBe(200);
    for (const headers of [{}, credential(other.environment.AWS_ACCESS_KEY_ID), credential("")]) {
      const [status, body] = await ask(`${one.url}/data/`, headers);
      expect(status).toBe(403);
      expect(body).toContain("<Code>AccessDenied</Code>");
    }
  });

  test("is refused under another name of this machine, whatever it knows", async () => {
    const { url, environment } = await startEndpoint();
    const Authorization = `AWS4-HMAC-SHA256 Credential=${environment.AWS_ACCESS_KEY_ID}/x`;
    for (const Host of ["attacker.example", "data.s3.amazonaws.com", "127.0.0.1", "127.0.0.1:1"]) {
      expect((await ask(`${url}/data/`, { Authorization, Host }))[0]).toBe(403);
    }
  });
});
