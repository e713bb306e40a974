import fc from "fast-check";
import { expect, test } from "vitest";
import { itemsOf, webAddress } from "../../../dashboard/src/views/payload/items.ts";

const item = (members: object = {}) => ({ type: "Feature", id: "scene", collection: "landsat", ...members });
const only = (members: object) => itemsOf({ features: [item(members)] }).items[0];

test("An item is shown with its collection, its time, its assets and where it was published", () => {
  expect(
    only({
      properties: { datetime: "2020-05-18T00:00:00Z" },
      assets: { visual: { href: "s3://data/visual.tif" } },
      links: [
        { rel: "self", href: "https://example.com/scene.json" },
        { rel: "canonical", href: "s3://data/scene.json" },
      ],
    }),
  ).toMatchObject({
    id: "scene",
    collection: "landsat",
    when: "2020-05-18T00:00:00Z",
    assets: ["visual"],
    url: "s3://data/scene.json",
  });
});

test("A picture in a bucket of ours is shown, before one that lies elsewhere", () => {
  const preview = only({
    assets: {
      thumbnail: { href: "https://example.com/a.jpg", roles: ["thumbnail"], type: "image/jpeg" },
      rendered: { href: "s3://data/b.png", roles: ["overview"], type: "image/png" },
    },
  })?.preview;
  expect(preview).toEqual({ asset: "rendered", url: "s3://data/b.png", how: "shown" });
});

test("A thumbnail goes before an overview, and an asset's name stands for a role that is missing", () => {
  const assets = {
    overview: { href: "s3://data/o.png", roles: ["overview"] },
    thumbnail: { href: "s3://data/t.png", roles: ["thumbnail"] },
  };
  expect(only({ assets })?.preview?.asset).toBe("thumbnail");
  expect(only({ assets: { thumbnail: { href: "s3://data/t.png" } } })?.preview?.asset).toBe("thumbnail");
});

test("A picture elsewhere is a link, and what is no picture or no web address is nothing", () => {
  const preview = (href: string, type?: string) =>
    only({ assets: { a: { href, type, roles: ["thumbnail"] } } })?.preview;
  expect(preview("https://example.com/a.webp")?.how).toBe("linked");
  expect(preview("s3://data/a.tif")).toBeUndefined();
  expect(preview("s3://data/a", "image/png; charset=binary")?.how).toBe("shown");
  expect(preview("s3://data/a.svg", "image/svg+xml")).toBeUndefined();
  expect(preview("javascript:alert(1)//.png")).toBeUndefined();
});

test("Where the geometry is missing the box stands for it", () => {
  expect(only({ geometry: null, bbox: [0, 1, 2, 3] })?.shape.rings).toHaveLength(1);
  expect(only({})?.shape.rings).toEqual([]);
});

test("Whatever the document holds, it becomes items or nothing", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => void itemsOf(value)));
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), (features) => {
      const { items, count } = itemsOf({ features }, 3);
      expect(items).toHaveLength(Math.min(features.length, 3));
      expect(count).toBe(features.length);
    }),
  );
});

test("Links lead to the web alone", () => {
  expect(webAddress("https://example.com/a b")).toBe("https://example.com/a%20b");
  for (const text of ["javascript:alert(1)", "data:text/html,x", "s3://a/b", "/etc", ""]) {
    expect(webAddress(text)).toBeUndefined();
  }
});
