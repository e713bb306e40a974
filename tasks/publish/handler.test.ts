import { testTask } from "cirrus-pipeline/testing";
import { expect, test } from "vitest";
import { exampleObjects, readExample } from "../../test/examples.ts";
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
