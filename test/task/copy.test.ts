import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Context } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { makeS3ObjectStore } from "../../src/aws/object-store.ts";
import { explainFiles } from "../../src/embedded/objects/file-failures.ts";
import { silentLog } from "../../src/log.ts";
import type { ObjectStore, PutOptions } from "../../src/payload/object-store.ts";
import { PORTS, type TaskContext, type TaskPorts } from "../../src/task/ports.ts";
import { type Answer, type Call, s3Error, startFakeAws, xml } from "../aws/fake-aws.ts";
import { payloadOf, probe, runAssets as run, serve, type Use, withAsset } from "./asset-task.ts";
import { makeMemoryStreams } from "./memory-streams.ts";

const copyScene: Use = async (assets, item) => void (await assets.copy(item, "scene"));
const local = { CIRRUS_ALLOW_LOCAL_ASSETS: "true" };
// biome-ignore lint/suspicious/noTemplateCurlyInString: a path template
const upload_options = { path_template: "out/${id}", s3_urls: true };
const pixels = Buffer.from("pixels");
const objects = { "s3://scenes/a.tif": pixels } as const;
const sum = (algorithm: string, body: Uint8Array = pixels) => createHash(algorithm).update(body).digest("hex");

/** Runs the task over ports of the test's own. */
function runOver(ports: Partial<TaskPorts>, item: object, use: Use, options: object = upload_options) {
  const given = { environment: { CIRRUS_DATA_BUCKET: "cirrus-data" }, log: silentLog, ...ports };
  const context: TaskContext = { [PORTS]: given };
  // The rest of Lambda's context is not there in a job either.
  return probe(use)(payloadOf(item, options), context as Context);
}

describe("a copy", () => {
  test("lies where the path template says, is described in the item, and leaves the asset's other members", async () => {
    const item = withAsset("s3://scenes/a.tif", { title: "Kept", type: "image/tiff" });
    const { payload, read } = await run(item, copyScene, { objects, upload_options });
    expect(payload.features[0]?.assets.scene).toEqual({
      href: "s3://cirrus-data/out/a/scene.tif",
      title: "Kept",
      type: "image/tiff",
      "file:size": 6,
      "file:checksum": `1220${sum("sha256")}`,
    });
    expect(payload.features[0]?.stac_extensions).toEqual([expect.stringContaining("/file/v2.1.0/")]);
    expect(Buffer.from(await read("s3://cirrus-data/out/a/scene.tif"))).toEqual(pixels);
  });

  test("is stored as an upload would be: media type, headers, readable by everyone", async () => {
    const stored: (PutOptions | undefined)[] = [];
    const store = makeMemoryStreams({ "s3://scenes/a.tif": pixels });
    const watched: ObjectStore = {
      ...store,
      copy(from, to, options) {
        stored.push(options);
        return store.copy(from, to, options);
      },
    };
    const options = { ...upload_options, public_assets: ["scene"], headers: { "Cache-Control": "max-age=60" } };
    await runOver({ objects: watched }, withAsset("s3://scenes/a.tif", { type: "image/tiff" }), copyScene, options);
    expect(stored).toMatchObject([
      { contentType: "image/tiff", headers: { "Cache-Control": "max-age=60", "x-amz-acl": "public-read" } },
    ]);
  });

  test("comes from a web server as well", async () => {
    await serve(
      (_request, response) => void response.end("from the web"),
      async (url) => {
        const { read } = await run(withAsset(`${url}/b.tif`), copyScene, { environment: local, upload_options });
        expect(Buffer.from(await read("s3://cirrus-data/out/a/scene.tif")).toString()).toBe("from the web");
      },
    );
  });

  test("of several gives the href of each, in order", async () => {
    const assets = { x: { href: "s3://scenes/a.tif" }, y: { href: "s3://scenes/a.tif" } };
    await run(
      { assets },
      async (use, item) => {
        expect(await use.copy(item, ["y", "x"], { concurrency: 1 })).toEqual([
          "s3://cirrus-data/out/a/y.tif",
          "s3://cirrus-data/out/a/x.tif",
        ]);
      },
      { objects, upload_options },
    );
  });

  test("onto the place of another asset of the same run is refused: one of the two would be lost", async () => {
    const use: Use = async (assets, item) => {
      await assets.copy(item, "scene");
      await assets.copy({ ...item, id: "b", assets: { scene: { href: "s3://scenes/a.tif" } } }, "scene");
    };
    const options = { objects, upload_options: { path_template: "flat", s3_urls: true } };
    await expect(run(withAsset("s3://scenes/a.tif"), use, options)).rejects.toMatchObject({
      name: "InvalidInput",
      message: expect.stringMatching(
        /s3:\/\/cirrus-data\/flat\/scene\.tif would be both asset "scene" of item a of c and asset "scene" of item b of c/,
      ),
    });
  });

  test("never lies where payloads do", async () => {
    const environment = { CIRRUS_PAYLOAD_BUCKET: "cirrus-payloads" };
    const to = (path_template: string) =>
      run(withAsset("s3://scenes/a.tif"), copyScene, { objects, environment, upload_options: { path_template } });
    await expect(to("s3://cirrus-payloads/cirrus/executions/x")).rejects.toMatchObject({
      name: "InvalidInput",
      message: expect.stringContaining("lies where Cirrus keeps its payloads"),
    });
    await to("s3://cirrus-payloads/else");
  });

  test.each([
    [{ "cache-control": "a\r\nx-amz-acl: public-read" }, undefined],
    [{ "a b": "c" }, undefined],
    [{}, "image/tiff\nx: y"],
  ])("is not stored with %j and the type %j, which are no headers", async (headers, type) => {
    const options = { objects, upload_options: { ...upload_options, headers } };
    await expect(run(withAsset("s3://scenes/a.tif", { type }), copyScene, options)).rejects.toMatchObject({
      name: "InvalidInput",
      message: expect.stringMatching(/^Item a, asset "scene": "[^:]+: .* is no header for an object/),
    });
  });

  test("of the same asset again takes its own place", async () => {
    const use: Use = async (assets, item) => {
      await assets.copy(item, "scene");
      await assets.copy(item, "scene");
    };
    const { written } = await run(withAsset("s3://scenes/a.tif"), use, { objects, upload_options });
    expect(written).toEqual(["s3://cirrus-data/out/a/scene.tif"]);
  });
});

describe("what an item says of its file", () => {
  test.each([
    ["sha1", "1114"],
    ["sha256", "1220"],
    ["sha512", "1340"],
    ["md5", "d50110"],
    ["sha3-256", "1620"],
  ])("is checked by %s", async (algorithm, prefix) => {
    const right = { "file:checksum": (prefix + sum(algorithm)).toUpperCase(), "file:size": 6 };
    await run(withAsset("s3://scenes/a.tif", right), copyScene, { objects, upload_options });
    const wrong = { "file:checksum": prefix + sum(algorithm, Buffer.from("others")) };
    const store = makeMemoryStreams(objects);
    await expect(runOver({ objects: store }, withAsset("s3://scenes/a.tif", wrong), copyScene)).rejects.toMatchObject({
      name: "AssetUnreadable",
      message: expect.stringMatching(
        /^Item a, asset "scene": s3:\/\/scenes\/a\.tif has the checksum .*, and file:checksum of the item says .*remove file:checksum/,
      ),
    });
    expect(await store.head("s3://cirrus-data/out/a/scene.tif")).toBeUndefined();
  });

  test("holds for downloads too, and the URL is told without its signature", async () => {
    await serve(
      (_request, response) => void response.end("cut"),
      async (url) => {
        const item = withAsset(`${url}/b.tif?X-Amz-Signature=secret`, { "file:size": 9 });
        const download: Use = async (assets, own) => void (await assets.download(own, "scene"));
        const failure = run(item, download, { environment: local });
        await expect(failure).rejects.toThrow(
          `${url}/b.tif has 3 bytes, and file:size of the item says 9; it is cut off`,
        );
        await expect(failure).rejects.not.toThrow(/secret/);
      },
    );
  });

  test("ends a body that has no end", async () => {
    await serve(
      (_request, response) => {
        const more = () => void response.write(Buffer.alloc(64 * 1024), (failed) => failed ?? more());
        more();
      },
      async (url) => {
        const item = withAsset(`${url}/b.tif`, { "file:size": 100_000 });
        await expect(run(item, copyScene, { environment: local, upload_options })).rejects.toMatchObject({
          name: "AssetUnreadable",
          message: expect.stringContaining("b.tif has more bytes than the 100000 that file:size of the item says"),
        });
      },
    );
  });

  test("is left alone where its checksum is of a kind that nobody can compute", async () => {
    const unknown = { "file:checksum": "b220aabb" };
    const { payload } = await run(withAsset("s3://scenes/a.tif", unknown), copyScene, { objects, upload_options });
    expect(payload.features[0]?.assets.scene?.["file:checksum"]).toBe(`1220${sum("sha256")}`);
  });
});

describe("a disk that is full", () => {
  const noSpace = () => Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });

  test("under the work directory names item and asset, and says what to do", async () => {
    const store = makeMemoryStreams(objects);
    const full: ObjectStore = {
      ...store,
      async openRead(url, range) {
        const opened = await store.openRead(url, range);
        // Where in the pipeline the system's error comes from makes no difference to it.
        return opened && { ...opened, body: new Readable({ read: (): unknown => raise(noSpace()) }) };
      },
    };
    const download: Use = async (assets, item) => void (await assets.download(item, "scene"));
    await expect(runOver({ objects: full }, withAsset("s3://scenes/a.tif"), download)).rejects.toMatchObject({
      name: "WorkdirFull",
      message: expect.stringMatching(/^Item a, asset "scene": The work directory .* is full: .*ephemeralStorageSize/),
    });
  });

  test("under the objects of one machine does so too, and is tried again by the workflow", async () => {
    const store = makeMemoryStreams(objects);
    const full: ObjectStore = { ...store, copy: () => Promise.reject(explainFiles(noSpace(), "/objects")) };
    await expect(runOver({ objects: full }, withAsset("s3://scenes/a.tif"), copyScene)).rejects.toMatchObject({
      name: "TransientError",
      message: expect.stringMatching(/asset "scene": .*The disk is full: free space under \/objects/),
    });
  });
});

function raise(error: Error): never {
  throw error;
}

describe("how many transfers run", () => {
  async function mostAtATime(keys: number, use: Use): Promise<number> {
    const store = makeMemoryStreams({ "s3://scenes/a.tif": pixels });
    let running = 0;
    let most = 0;
    const slow: ObjectStore = {
      ...store,
      async copy(from, to, options) {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running--;
        return store.copy(from, to, options);
      },
    };
    const names = Array.from({ length: keys }, (_, i) => [`k${i}`, { href: "s3://scenes/a.tif" }]);
    await runOver({ objects: slow }, { assets: Object.fromEntries(names) }, use);
    return most;
  }

  test("is bounded for a run, whatever it asks for at once", async () => {
    const all: Use = (assets, item) => Promise.all(Object.keys(item.assets).map((key) => assets.copy(item, key)));
    expect(await mostAtATime(40, all)).toBe(16);
  });

  test("may be fewer", async () => {
    const few: Use = (assets, item) => assets.copy(item, Object.keys(item.assets), { concurrency: 3 });
    expect(await mostAtATime(10, few)).toBe(3);
  });

  test("after a run has failed is none, and its first error is the one that is told", async () => {
    const store = makeMemoryStreams(objects);
    let begun = 0;
    const counted: ObjectStore = {
      ...store,
      async copy(from, to, options) {
        begun++;
        await new Promise(setImmediate);
        return store.copy(from, to, options);
      },
    };
    const names = Array.from({ length: 60 }, (_, i) => [
      `k${i}`,
      { href: `s3://scenes/${i === 3 ? "gone" : "a"}.tif` },
    ]);
    const all: Use = (assets, item) => Promise.all(Object.keys(item.assets).map((key) => assets.copy(item, key)));
    const failure = runOver({ objects: counted }, { assets: Object.fromEntries(names) }, all);
    await expect(failure).rejects.toThrow(/^Item a, asset "k3": s3:\/\/scenes\/gone\.tif does not exist\. Check/);
    const afterwards = begun;
    await new Promise(setImmediate);
    expect(begun).toBe(afterwards);
    expect(begun).toBeLessThan(60);
  });
});

describe("S3", () => {
  const MODIFIED = "Sat, 21 Nov 2026 10:00:00 GMT";
  const head: Answer = { headers: { "last-modified": MODIFIED, etag: '"e"' } };

  async function copyOver(answer: (call: Call) => Answer, asset: object = {}) {
    const aws = await startFakeAws(answer);
    const store = makeS3ObjectStore({ s3: aws.clients.s3, requesterPays: ["scenes"] });
    const [ran] = await Promise.allSettled([
      runOver({ objects: store }, withAsset("s3://scenes/a b.tif", asset), copyScene),
    ]);
    await aws.close();
    const value = ran.status === "fulfilled" ? ran.value : undefined;
    return { value, thrown: ran.status === "rejected" ? ran.reason : undefined, calls: aws.calls };
  }

  const copied = (body: string) =>
    xml(
      `<CopyObjectResult><ETag>"e"</ETag><ChecksumSHA256>${createHash("sha256").update(body).digest("base64")}</ChecksumSHA256></CopyObjectResult>`,
    );

  test("copies by itself: no byte comes through the task, the reader pays, and no tags are asked for", async () => {
    const { value, calls } = await copyOver(({ operation }) => (operation === "HEAD" ? head : copied("pixels")));
    expect(calls.map(({ operation }) => operation)).toEqual(["HEAD", "PUT"]);
    expect(calls[1]?.headers).toMatchObject({
      "x-amz-copy-source": "scenes/a%20b.tif",
      "x-amz-copy-source-if-match": '"e"',
      "x-amz-checksum-algorithm": "SHA256",
      "x-amz-request-payer": "requester",
      "x-amz-tagging-directive": "REPLACE",
    });
    expect(value).toMatchObject({ features: [{ assets: { scene: { "file:checksum": `1220${sum("sha256")}` } } }] });
  });

  const headWith = (headers: Record<string, string>): Answer => ({ headers: { ...head.headers, ...headers } });
  const checked = { "file:checksum": `1220${sum("sha256")}` };
  const sumHeader = (body: string) => ({
    "x-amz-checksum-sha256": createHash("sha256").update(body).digest("base64"),
  });

  test("does not copy what is not what the item says, so that a good copy stays where it is", async () => {
    const others = await copyOver(() => headWith(sumHeader("others")), checked);
    expect(others.thrown).toMatchObject({ name: "AssetUnreadable" });
    expect(others.calls.map(({ operation }) => operation)).toEqual(["HEAD"]);
    expect(others.calls[0]?.headers["x-amz-checksum-mode"]).toBe("ENABLED");
    const shorter = await copyOver(() => headWith({ "content-length": "5" }), { "file:size": 6 });
    expect(shorter.thrown).toMatchObject({ name: "AssetUnreadable", message: expect.stringContaining("5 bytes") });
    expect(shorter.calls.map(({ operation }) => operation)).toEqual(["HEAD"]);
  });

  test("copies what it knows the sum of", async () => {
    const answer = ({ operation }: Call) =>
      operation === "HEAD"
        ? headWith({ ...sumHeader("pixels"), "x-amz-checksum-type": "FULL_OBJECT" })
        : copied("pixels");
    const { value, calls } = await copyOver(answer, checked);
    expect(calls.map(({ operation }) => operation)).toEqual(["HEAD", "PUT"]);
    expect(value).toMatchObject({ features: [{ assets: { scene: checked } }] });
  });

  test.each([
    ["no sum", {}],
    ["the sum of its parts' sums", { ...sumHeader("pixels"), "x-amz-checksum-type": "COMPOSITE" }],
  ])("is read and written where the item has a sum and S3 knows %s", async (_, headers) => {
    const answer = ({ operation }: Call) =>
      operation === "GET" ? { ...head, body: pixels } : headWith(operation === "HEAD" ? headers : {});
    const { value, calls } = await copyOver(answer, checked);
    expect(calls.map(({ operation }) => operation)).toEqual(["HEAD", "GET", "PUT"]);
    expect(value).toMatchObject({ features: [{ assets: { scene: checked } }] });
  });

  test("that refuses is asked to be read, which tells whose fault it is and what to allow", async () => {
    const { thrown, calls } = await copyOver(() => s3Error(403, "AccessDenied"));
    expect(calls.map(({ operation }) => operation)).toEqual(["HEAD", "GET"]);
    expect(thrown).toMatchObject({
      name: "AssetUnavailable",
      message: expect.stringMatching(
        /s3:\/\/scenes\/a b\.tif may not be read.*custom\.assetObjects.*CIRRUS_REQUESTER_PAYS/,
      ),
    });
  });

  test("is read and written where it cannot compute the sum that has to be checked", async () => {
    const asset = { "file:checksum": `d50110${sum("md5")}` };
    const { value, calls } = await copyOver(
      ({ operation }) => (operation === "GET" ? { ...head, body: pixels } : head),
      asset,
    );
    expect(calls.map(({ operation }) => operation)).toEqual(["GET", "PUT"]);
    expect(value).toMatchObject({ features: [{ assets: { scene: { "file:size": 6 } } }] });
  });
});
