import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import * as z from "zod";
import { CirrusError, TransientError } from "../../src/errors.ts";
import type { ObjectUrl } from "../../src/payload/object-store.ts";
import { AssetUnavailable, defineTask } from "../../src/task/index.ts";
import { stableItems, testTask } from "../../src/testing/index.ts";
import { makeMemoryObjects } from "../../src/testing/memory-objects.ts";
import { recordPayload } from "../../src/testing/record.ts";
import { withoutSignatures } from "../../src/testing/without-signature.ts";
import { featureOf } from "../cli/temporary-project.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";

/** Says what each asset holds, and stores it once more. */
const handler = defineTask({
  name: "look",
  description: "Looks at assets",
  parameters: z.object({}),
  async run({ items, assets, log }) {
    for (const item of items) {
      for (const key of Object.keys(item.assets)) {
        const path = await assets.download(item, key);
        item.properties[key] = readFileSync(path, "utf8");
        await assets.upload(item, `${key}-copy`, path, { type: "text/plain" });
      }
      item.properties.updated = new Date().toISOString();
      log.info("looked", { item: item.id });
    }
  },
});

const A = "s3://scenes/a.txt";
const B = "https://example.com/b.txt?token=secret";

function payloadOf(assets: Readonly<Record<string, string>>) {
  const hrefs = Object.entries(assets).map(([key, href]) => [key, { href }]);
  const path_template = ["copies/$", "{id}"].join("");
  const upload_options = { path_template, s3_urls: true };
  return {
    type: "FeatureCollection",
    id: "demo/workflow-look/scene",
    features: [{ ...featureOf("scene"), assets: Object.fromEntries(hrefs) }],
    process: [{ workflow: "look", upload_options }],
  };
}

describe("a task under test", () => {
  test("finds objects and files of the web as they are given, and leaves what it stores in memory", async () => {
    // The system's folder is everybody's who runs beside this.
    const temporary = temporaryFolder();
    vi.stubEnv("TMPDIR", temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    const objects = { [A]: Buffer.from("from S3"), [B]: Buffer.from("from the web") };
    const result = await testTask(handler, payloadOf({ a: A, b: B }), { objects });
    expect(result.payload.features[0]?.properties).toMatchObject({ a: "from S3", b: "from the web" });
    expect(result.written).toHaveLength(2);
    const [url = ""] = result.written;
    expect(Buffer.from(await result.read(url)).toString()).toBe("from S3");
    expect(result.headers(url)).toMatchObject({ "content-type": "text/plain" });
    expect(result.log.map(({ message }) => message)).toContain("looked");
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("ends with the items that a snapshot can hold, whenever and wherever it runs", async () => {
    const run = () => testTask(handler, payloadOf({ a: A }), { objects: { [A]: Buffer.from("x") } });
    const [first, second] = [stableItems(await run()), stableItems(await run())];
    expect(first).toEqual(second);
    expect(first[0]).toMatchObject({ id: "scene", properties: { a: "x", updated: "<updated>" } });
    expect(Object.keys(first[0] ?? {})).toEqual(Object.keys(first[0] ?? {}).sort());
  });
});

test("a snapshot of items names what was replaced, and leaves everything else", () => {
  const item = {
    ...featureOf("scene"),
    id: "scene",
    properties: { created: "2030-01-01T00:00:00Z", datetime: null, "processing:datetime": "2030-01-01T00:00:00Z" },
    links: [{ rel: "self", href: "s3://data/6d8f3c0e-95b1-4b8c-9d3e-1f2a3b4c5d6e/a.json" }],
    assets: { a: { href: "file:///tmp/cirrus-look-Ab12Cd/scene/a.txt" } },
  };
  expect(stableItems([item], { changing: ["processing:datetime"] })[0]).toMatchObject({
    properties: { created: "<created>", datetime: null, "processing:datetime": "<processing:datetime>" },
    links: [{ href: "s3://data/<uuid>/a.json" }],
    assets: { a: { href: "<workdir>/scene/a.txt" } },
  });
});

test.each([
  ["https://a.example/x.tif?X-Amz-Signature=secret", "https://a.example/x.tif"],
  ["https://a.example/x.tif?bands=1", "https://a.example/x.tif?bands=1"],
  [
    "GET https://a.example/x?sig=secret failed, then https://u:secret@b.example/",
    "GET https://a.example/x failed, then https://b.example/",
  ],
  ["Authorization: Bearer secretsecret", "Authorization: Bearer (left out)"],
])("of %s a recording keeps %s", (text, kept) => {
  expect(withoutSignatures({ texts: [text] })).toEqual({ texts: [kept] });
});

describe("a recorded payload", () => {
  async function record(assets: Readonly<Record<string, string>>, bodies: Readonly<Record<string, string>>) {
    const objects = makeMemoryObjects();
    for (const [url, body] of Object.entries(bodies)) await objects.put(url as ObjectUrl, body); // the test's own are S3's
    const folder = join(temporaryFolder(), "fixtures/scene");
    const request = {
      ...{ folder, objects, payload: payloadOf(assets), maxBytes: 10 },
      openHttp: () => Promise.reject(new AssetUnavailable("It answered 404")),
      about: { recordedAt: "2030-01-01T00:00:00Z", workflow: "look" },
      environment: { CIRRUS_DATA_BUCKET: "demo-data", CIRRUS_STATE_DB: "demo-state" },
    };
    return { folder, manifest: await recordPayload(request), again: () => recordPayload(request) };
  }

  test("runs with the objects that it had, in the buckets that it had", async () => {
    const { folder, manifest } = await record({ a: A }, { [A]: "from S3" });
    expect(manifest).toMatchObject({
      environment: { CIRRUS_DATA_BUCKET: "demo-data" },
      objects: { [A]: { file: "objects/1-a.txt", size: 7 } },
    });
    expect(manifest.environment).not.toHaveProperty("CIRRUS_STATE_DB");
    const { payload, written } = await testTask(handler, folder);
    expect(payload.features[0]?.properties.a).toBe("from S3");
    expect(written).toEqual(["s3://demo-data/copies/scene/a.txt"]);
  });

  test("fails as it failed where an object was missing", async () => {
    const { folder } = await record({ a: A }, {});
    await expect(testTask(handler, folder)).rejects.toMatchObject({
      name: "AssetUnavailable",
      message: expect.stringMatching(/scene.*s3:\/\/scenes\/a\.txt does not exist/s),
    });
  });

  test("says which body was left out for its size, and takes another for it", async () => {
    const { folder, manifest } = await record({ a: A }, { [A]: "much too long" });
    expect(manifest.objects).toEqual({ [A]: { size: 13 } });
    await expect(testTask(handler, folder)).rejects.toThrow(
      /a\.txt has 13 bytes and was left out when scene was recorded/,
    );
    const { payload } = await testTask(handler, folder, { objects: { [A]: Buffer.from("short") } });
    expect(payload.features[0]?.properties.a).toBe("short");
  });

  test("asks nothing of the web that is not part of it", async () => {
    const { folder } = await record({ a: A }, { [A]: "x" });
    const more = defineTask({
      name: "more",
      parameters: z.object({}),
      async run({ items, assets }) {
        for (const item of items) {
          item.assets.b = { href: B };
          await assets.download(item, "b");
        }
      },
    });
    const failed = await testTask(more, folder).catch((thrown: unknown) => thrown);
    expect(failed).toMatchObject({ name: "AssetUnavailable", message: expect.stringContaining("was not recorded") });
    expect(String(failed)).not.toContain("secret");
  });

  test("keeps no signature of a URL", async () => {
    const { folder } = await record({ b: B, c: "https://example.com/c.tif?band=1" }, {});
    const [payload, manifest] = ["payload.json", "recorded.json"].map((name) =>
      readFileSync(join(folder, name), "utf8"),
    );
    expect(payload).toContain('"https://example.com/b.txt"');
    expect(payload).toContain("https://example.com/c.tif?band=1");
    expect(manifest).not.toContain("secret");
  });

  test("does not take the place of another, and a folder that is none is told", async () => {
    const { again } = await record({}, {});
    await expect(again()).rejects.toThrow(/holds a recorded payload already/);
    await expect(testTask(handler, "no/such/folder")).rejects.toThrow(CirrusError);
    expect(existsSync("no/such/folder")).toBe(false);
  });

  test("is not made of a read that broke off", async () => {
    const objects = { ...makeMemoryObjects(), openRead: () => Promise.reject(new TransientError("It broke off.")) };
    const folder = temporaryFolder();
    const request = {
      ...{ folder, objects, payload: payloadOf({ a: A }), maxBytes: 10 },
      ...{ about: { recordedAt: "2030-01-01T00:00:00Z" }, environment: {} },
    };
    await expect(recordPayload(request)).rejects.toThrow("It broke off.");
    expect(existsSync(join(folder, "recorded.json"))).toBe(false);
  });
});
