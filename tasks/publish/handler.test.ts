import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testTask } from "cirrus-pipeline/testing";
import { expect, test } from "vitest";
import { exampleObjects, readExample } from "../../test/examples.ts";
import { PROVIDER_ITEMS, readProviderItem } from "../../test/provider-items.ts";
import { handler } from "./handler.ts";

const example = await readExample("publish-only.json");
const ID = "LC08_L1TP_224078_20200518_20200518_01_RT";
const URL = `s3://cirrus-data/landsat-c1-l1/2020/5/18/${ID}/${ID}.json` as const;

function publish(event: object = example, objects: Record<`s3://${string}/${string}`, string | Uint8Array> = {}) {
  return testTask(handler, event, { objects: { ...exampleObjects, ...objects } });
}

test("the item lies as JSON under its path template, and is the one in the payload", async () => {
  const { payload, written, read } = await publish();
  expect(written).toEqual([URL]);
  expect(JSON.parse(Buffer.from(await read(URL)).toString())).toEqual(payload.features[0]);
});

test("self and canonical lead to the published item, and hrefs that were relative to the old self stay right", async () => {
  const { payload } = await publish();
  const [item] = payload.features;
  expect(item?.links).toEqual([
    { rel: "self", href: URL, type: "application/geo+json" },
    { rel: "canonical", href: URL, type: "application/geo+json" },
  ]);
  expect(item?.assets.visual?.href).toBe(`s3://cirrus-dev-data/examples/assets/${ID}/visual.tif`);
});

test("links with other relations are kept", async () => {
  const [item] = example.features;
  const links = [...(item?.links ?? []), { rel: "derived_from", href: "https://example.org/scene" }];
  const { payload } = await publish({ ...example, features: [{ ...item, links }] });
  expect(payload.features[0]?.links.map(({ rel }) => rel)).toEqual(["derived_from", "self", "canonical"]);
});

test("created is the time of the first publication, updated that of the last", async () => {
  const first = await publish();
  const { created, updated } = first.payload.features[0]?.properties ?? {};
  expect(updated).toBe(created);
  const earlier = { properties: { created: "2021-01-01T00:00:00.000Z" } };
  const second = await publish(example, { [URL]: Buffer.from(JSON.stringify(earlier)) });
  expect(second.payload.features[0]?.properties).toMatchObject({ created: "2021-01-01T00:00:00.000Z" });
  expect(second.payload.features[0]?.properties.updated).not.toBe("2021-01-01T00:00:00.000Z");
});

test("a try after one that died before it told anybody says created, as that one would have", async () => {
  const TOPIC = "arn:aws:sns:us-west-2:123456789012:items";
  const process = [{ ...example.process[0], tasks: { publish: { sns: [TOPIC] } } }];
  const first = await publish({ ...example, process });
  const again = await publish({ ...example, process }, { [URL]: await first.read(URL) });
  expect(again.payload.features).toEqual(first.payload.features);
  expect(again.announced).toEqual(first.announced);
  const features = [{ ...example.features[0], properties: { ...example.features[0]?.properties, platform: "other" } }];
  const changed = await publish({ ...example, process, features }, { [URL]: await first.read(URL) });
  expect(changed.announced[0]?.attributes).toMatchObject({ status: { type: "String", value: "updated" } });
});

test("an object that is no item does not stand in the way", async () => {
  const { payload } = await publish(example, { [URL]: Buffer.from("not JSON") });
  expect(payload.features[0]?.properties.created).toMatch(/^\d{4}-/);
});

test("without s3_urls the links are HTTPS", async () => {
  const process = [{ workflow: "publish-only", upload_options: { path_template: "items" } }];
  const { payload } = await publish({ ...example, process });
  expect(payload.features[0]?.links[0]?.href).toBe(`https://cirrus-data.s3.us-west-2.amazonaws.com/items/${ID}.json`);
});

test("an item ID that is no file name is refused", async () => {
  const features = [{ ...example.features[0], id: "a/b" }];
  const process = [{ workflow: "publish-only", upload_options: { path_template: "items" } }];
  await expect(publish({ ...example, process, features })).rejects.toMatchObject({
    name: "InvalidInput",
    message: expect.stringContaining('"a/b.json" is no file name'),
  });
});

test("every item of a payload is published, and no two as one object", async () => {
  const features = Array.from({ length: 20 }, (_, index) => ({ ...example.features[0], id: `scene-${index}` }));
  const process = [{ workflow: "publish-only", upload_options: { path_template: "items" } }];
  const { written } = await publish({ ...example, process, features });
  expect(written).toHaveLength(20);
  const twice = [...features, { ...features[0], collection: "other" }];
  await expect(publish({ ...example, process, features: twice })).rejects.toThrow(
    "Item scene-0 of landsat-c1-l1 and one of other would both be s3://cirrus-data/items/scene-0.json",
  );
});

test("topics get each item with the attributes that subscribers filter by", async () => {
  const TOPIC = "arn:aws:sns:us-west-2:123456789012:items";
  const process = [{ ...example.process[0], tasks: { publish: { sns: [TOPIC] } } }];
  const { announced, payload } = await publish({ ...example, process });
  expect(announced).toEqual([
    { topic: TOPIC, body: JSON.stringify(payload.features[0]), attributes: expect.anything() },
  ]);
  expect(announced[0]?.attributes).toMatchObject({
    collection: { type: "String", value: "landsat-c1-l1" },
    "bbox.ll_lon": { type: "Number", value: -54.8448438 },
    start_datetime: { type: "String", value: "2020-05-18T00:00:00Z" },
    status: { type: "String", value: "created" },
  });
});

test("what is no topic is refused before it is sent anywhere", async () => {
  const process = [{ ...example.process[0], tasks: { publish: { sns: ["my-topic"] } } }];
  await expect(publish({ ...example, process })).rejects.toThrow(
    "$.process[0].tasks.publish.sns[0]: expected the ARN of an SNS topic",
  );
});

test("where the API's address is known, the item leads to its payload", async () => {
  const environment = { CIRRUS_API_URL: "https://api.example.org/" };
  const { payload } = await testTask(handler, example, { objects: exampleObjects, environment });
  expect(payload.features[0]?.links.at(-1)).toMatchObject({
    rel: "via-cirrus",
    href: `https://api.example.org/v1/payload?id=${encodeURIComponent(`landsat-c1-l1/workflow-publish-only/${ID}`)}`,
  });
});

test("an item that is no valid STAC is not handed on", async () => {
  const features = [{ ...example.features[0], bbox: [0, 0] }];
  await expect(publish({ ...example, features })).rejects.toMatchObject({
    name: "InvalidItem",
    message: expect.stringContaining("$.bbox"),
  });
});

test.each(PROVIDER_ITEMS.filter((name) => !/^(?:aster|landsat-c2-ard)/.test(name)))(
  "%s is published with every asset where it was",
  async (name) => {
    const item = readProviderItem(name);
    const process = [{ workflow: "publish-only", upload_options: { path_template: "items", s3_urls: true } }];
    const { payload, written, read } = await publish({ ...example, process, features: [item] });
    expect(written).toEqual([`s3://cirrus-data/items/${item.id}.json`]);
    const published = JSON.parse(Buffer.from(await read(written[0] ?? "")).toString());
    expect(published).toEqual(payload.features[0]);
    expect(Object.keys(published.assets)).toEqual(Object.keys(item.assets));
    const absolute = Object.entries(item.assets).filter(([, { href }]) => /^[a-z0-9]+:/.test(href));
    for (const [key, { href }] of absolute) expect(published.assets[key].href).toBe(href);
  },
);

test("a full disk is told with the item and what to do", async () => {
  const workdir = await mkdtemp(join(tmpdir(), "publish-test-"));
  try {
    // Every write to this device fails as on a full disk.
    await symlink("/dev/full", join(workdir, "item-0.json"));
    await expect(testTask(handler, example, { environment: { CIRRUS_WORKDIR: workdir } })).rejects.toMatchObject({
      name: "WorkdirFull",
      message: expect.stringMatching(/^Item LC08_.*: its JSON could not be written, as the disk is full\. Free space/),
    });
  } finally {
    await rm(workdir, { recursive: true });
  }
});
