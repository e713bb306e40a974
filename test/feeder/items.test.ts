import { expect, test } from "vitest";
import { makeObjectStore } from "../../src/embedded/objects/object-store.ts";
import { itemsOf, readItems, seedItem } from "../../src/feeder/index.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";

const scene = "s3://sentinel-s2-l2a/tiles/32/T/NS/2023/6/1/0/metadata.xml";

test("a seed item is named after the folder of its object, and its asset after the ending", () => {
  expect(seedItem({ url: scene, collection: "sentinel-2-l2a" })).toEqual({
    type: "Feature",
    id: "tiles-32-T-NS-2023-6-1-0",
    collection: "sentinel-2-l2a",
    geometry: null,
    properties: {},
    links: [],
    assets: { xml: { href: scene } },
  });
});

test("a seed item is named after its object where each is an item of its own, or where it is in no folder", () => {
  const id = (url: `s3://${string}/${string}`, itemId?: "file") => seedItem({ url, collection: "c", itemId }).id;
  expect(id("s3://naip/az/2021/m_3110915_se.tif", "file")).toBe("az-2021-m_3110915_se");
  expect(id("s3://naip/m_3110915_se.tif")).toBe("m_3110915_se");
  expect(id("s3://naip/a/.hidden", "file")).toBe("a-.hidden");
});

test("a seed item has the object's time, size and public address where they are given", () => {
  const url = "s3://naip/2021/a b+c.tif";
  const seed = {
    url,
    collection: "naip",
    baseUrl: "https://example.org/",
    datetime: "2021-05-01T00:00:00Z",
    size: 7,
  } as const;
  expect(seedItem(seed)).toMatchObject({
    properties: { datetime: "2021-05-01T00:00:00Z" },
    assets: { tif: { href: "https://example.org/naip/2021/a%20b%2Bc.tif", "file:size": 7 } },
  });
});

test("an item that was read leads to where it lies, so that relative hrefs count from there", () => {
  const item = {
    type: "Feature",
    id: "a",
    links: [
      { rel: "self", href: "./old.json" },
      { rel: "root", href: "../catalog.json" },
    ],
  };
  expect(itemsOf(item, "https://example.org/c/a.json")).toEqual([
    {
      type: "Feature",
      id: "a",
      links: [
        { rel: "root", href: "../catalog.json" },
        { rel: "self", href: "https://example.org/c/a.json" },
      ],
    },
  ]);
});

test("of several items in one document none is said to lie there", () => {
  const features = [
    { type: "Feature", id: "a" },
    { type: "Feature", id: "b", links: [] },
  ];
  expect(itemsOf({ type: "FeatureCollection", features }, "s3://scenes/all.json")).toEqual(features);
});

test.each([
  [{ type: "Catalog", id: "c" }, 's3://scenes/a.json is no STAC item: its type is "Catalog".'],
  [{ id: "c" }, "s3://scenes/a.json is no STAC item: its type is missing."],
  [{ type: "Feature" }, "s3://scenes/a.json is no STAC item: it has no id."],
  [["Feature"], "s3://scenes/a.json is no STAC item: it is no JSON object."],
  [{ type: "FeatureCollection" }, "s3://scenes/a.json is no STAC item: its features are no list."],
])("%j is no item", (document, message) => {
  expect(() => itemsOf(document, "s3://scenes/a.json")).toThrow(message);
});

test("what lies as an object is read, with a byte order mark too; what is no JSON is told with its beginning", async () => {
  const objects = makeObjectStore(temporaryFolder());
  await objects.put("s3://scenes/a.json", '\uFEFF{"type": "Feature", "id": "a"}');
  await objects.put("s3://scenes/b.json", "<html>Sign in</html>");
  expect(await readItems("s3://scenes/a.json", objects)).toMatchObject([{ id: "a" }]);
  expect(await readItems("s3://scenes/none.json", objects)).toBeUndefined();
  await expect(readItems("s3://scenes/b.json", objects)).rejects.toThrow(
    's3://scenes/b.json holds no JSON but "<html>Sign in</html>".',
  );
});
