import { expect, test } from "vitest";
import { type FeederWorld, itemIds, runFeeder } from "../../test/feeder/run-feeder.ts";
import { handler } from "./handler.ts";

const ROOT = "https://example.org/stac/catalog.json";

/** A static catalog as providers publish them: relative links, a collection by year, 1.0 beside 1.1. */
const pages: NonNullable<FeederWorld["pages"]> = {
  [ROOT]: {
    type: "Catalog",
    id: "root",
    stac_version: "1.0.0",
    links: [
      { rel: "self", href: ROOT },
      { rel: "root", href: "./catalog.json" },
      { rel: "child", href: "./naip/collection.json", type: "application/json" },
      { rel: "child", href: "landsat/collection.json#top" },
      { rel: "license", href: "https://example.org/license" },
    ],
  },
  "https://example.org/stac/naip/collection.json": {
    type: "Collection",
    id: "naip",
    stac_version: "1.1.0",
    links: [
      { rel: "item", href: "./az/m_1.json" },
      { rel: "item", href: "/stac/naip/az/m_2.json", method: "GET" },
      { rel: "item", href: "./az/m_1.json" },
      { rel: "parent", href: "../catalog.json" },
    ],
  },
  "https://example.org/stac/landsat/collection.json": {
    type: "Collection",
    id: "landsat",
    stac_version: "1.0.0",
    links: [
      { rel: "child", href: "./2030/catalog.json" },
      { rel: "child", href: "../catalog.json" },
    ],
  },
  "https://example.org/stac/landsat/2030/catalog.json": {
    type: "Catalog",
    id: "2030",
    links: [
      { rel: "child", href: "../collection.json" },
      { rel: "item", href: "LC09.json" },
    ],
  },
  "https://example.org/stac/naip/az/m_1.json": { type: "Feature", id: "m_1", collection: "naip", links: [] },
  "https://example.org/stac/naip/az/m_2.json": { type: "Feature", id: "m_2", links: [] },
  "https://example.org/stac/landsat/2030/LC09.json": { type: "Feature", id: "LC09", links: [] },
};

const event = { url: ROOT, workflow: "mirror" };

test("every item of a catalog with relative links becomes a payload, once, also where links lead in circles", async () => {
  const fed = await runFeeder(handler, event, { pages });
  expect(fed.thrown).toBeUndefined();
  expect(fed.payloads.map(({ id }) => id)).toEqual([
    "naip/workflow-mirror/m_1",
    "naip/workflow-mirror/m_2",
    "landsat/workflow-mirror/LC09",
  ]);
  expect(fed.asked).toHaveLength(new Set(fed.asked).size);
  expect(fed.reached).toBeUndefined();
});

test("an item has the collection that it was found in where it names none, and leads to where it was read", async () => {
  const { payloads } = await runFeeder(handler, event, { pages });
  expect(payloads[2]?.features[0]).toMatchObject({
    collection: "landsat",
    links: [{ rel: "self", href: "https://example.org/stac/landsat/2030/LC09.json" }],
  });
});

test("collections that are not wanted are not entered", async () => {
  const fed = await runFeeder(handler, { ...event, collections: ["landsat"] }, { pages });
  expect(itemIds(fed)).toEqual(["LC09"]);
  expect(fed.asked).not.toContain("https://example.org/stac/naip/az/m_1.json");
});

test("a catalog may lie in a bucket, with names that a URL would escape", async () => {
  const fed = await runFeeder(
    handler,
    { ...event, url: "s3://stac/catalog.json" },
    {
      objects: {
        "s3://stac/catalog.json": JSON.stringify({ type: "Catalog", links: [{ rel: "child", href: "./a b/c.json" }] }),
        "s3://stac/a b/c.json": JSON.stringify({
          type: "Collection",
          id: "c",
          links: [{ rel: "item", href: "é.json" }],
        }),
        "s3://stac/a b/é.json": JSON.stringify({ type: "Feature", id: "e" }),
      },
    },
  );
  expect(fed.payloads[0]?.features[0]).toMatchObject({
    id: "e",
    links: [{ rel: "self", href: "s3://stac/a b/é.json" }],
  });
});

test("of an API the pages of each collection are followed", async () => {
  const page = (ids: readonly string[], next?: string) => ({
    type: "FeatureCollection",
    features: ids.map((id) => ({ type: "Feature", id, links: [] })),
    links: next === undefined ? [] : [{ rel: "next", href: next }],
  });
  const items = "https://example.org/collections/c/items";
  const fed = await runFeeder(
    handler,
    { ...event, url: "https://example.org/" },
    {
      pages: {
        "https://example.org/": { type: "Catalog", id: "api", links: [{ rel: "child", href: "/collections/c" }] },
        "https://example.org/collections/c": { type: "Collection", id: "c", links: [{ rel: "items", href: items }] },
        [items]: page(["a", "b"], `${items}?page=2`),
        [`${items}?page=2`]: page(["c"], items),
      },
    },
  );
  expect(fed.payloads.map(({ id }) => id)).toEqual([
    "c/workflow-mirror/a",
    "c/workflow-mirror/b",
    "c/workflow-mirror/c",
  ]);
});

test("the URL may be that of one item", async () => {
  const fed = await runFeeder(handler, { ...event, url: "https://example.org/stac/naip/az/m_1.json" }, { pages });
  expect(itemIds(fed)).toEqual(["m_1"]);
});

test("a broken link ends the run with its address, unless it is to be left out", async () => {
  const { "https://example.org/stac/naip/az/m_1.json": _gone, ...rest } = pages;
  const failed = await runFeeder(handler, event, { pages: rest });
  expect(String(failed.thrown)).toContain("https://example.org/stac/naip/az/m_1.json");
  const fed = await runFeeder(handler, { ...event, on_error: "skip" }, { pages: rest });
  expect(fed.thrown).toBeUndefined();
  expect(itemIds(fed)).toEqual(["m_2", "LC09"]);
  expect(fed.warnings).toEqual([
    expect.stringContaining("left out: https://example.org/stac/naip/az/m_1.json"),
    "links were left out",
  ]);
});

test.each([
  ["<html><title>Sign in</title></html>", /HTML/i],
  ['{"type": "Catalog", "links": [', /JSON/],
  [["no", "catalog"], /is no part of a STAC catalog: it is no JSON object/],
])("a catalog that is %j ends the run with what came", async (page, message) => {
  const { thrown } = await runFeeder(handler, event, { pages: { [ROOT]: page } });
  expect(String(thrown)).toContain(ROOT);
  expect(String(thrown)).toMatch(message);
});

test("a page that leads nowhere is told of", async () => {
  const fed = await runFeeder(handler, event, { pages: { [ROOT]: { type: "Catalog", id: "empty", links: [] } } });
  expect(fed.warnings).toEqual([expect.stringContaining("leads to no items")]);
});

test("other addresses are refused before anything is asked for", async () => {
  const { thrown } = await runFeeder(handler, { ...event, url: "file:///etc/passwd" });
  expect(String(thrown)).toContain("$.url: expected https://, http:// or s3://");
});

/** Three collections of 250 items; the second has a child with 30 more. */
function largeCatalog(): NonNullable<FeederWorld["pages"]> {
  const item = (collection: string, number: number) => `https://example.org/stac/${collection}/${number}.json`;
  const links = (collection: string, count: number) =>
    Array.from({ length: count }, (_, number) => ({ rel: "item", href: item(collection, number) }));
  const all: Record<string, NonNullable<FeederWorld["pages"]>[string]> = {
    [ROOT]: { type: "Catalog", id: "root", links: ["a", "b", "c"].map((id) => ({ rel: "child", href: `${id}.json` })) },
    "https://example.org/stac/d.json": { type: "Catalog", id: "d", links: links("d", 30) },
  };
  for (const id of ["a", "b", "c"]) {
    const child = id === "b" ? [{ rel: "child", href: "d.json" }] : [];
    all[`https://example.org/stac/${id}.json`] = { type: "Collection", id, links: [...links(id, 250), ...child] };
  }
  for (const [collection, count] of [
    ["a", 250],
    ["b", 250],
    ["c", 250],
    ["d", 30],
  ] as const) {
    for (let number = 0; number < count; number++) {
      all[item(collection, number)] = { type: "Feature", id: `${collection}-${number}`, links: [] };
    }
  }
  return all;
}

test.each([30, 260, 420, 510, 530, 700])(
  "a walk that was killed after %d payloads goes on near there, and misses nothing",
  async (dieAfter) => {
    const large = largeCatalog();
    const first = await runFeeder(handler, event, { pages: large, dieAfter });
    expect(first.thrown).toMatchObject({ message: "died" });
    const second = await runFeeder(handler, event, {
      pages: large,
      ...(first.reached === undefined ? {} : { position: first.reached }),
    });
    const ids = [...itemIds(first), ...itemIds(second)];
    expect(new Set(ids).size).toBe(780);
    expect(ids.length).toBeLessThan(780 + 120);
    expect(second.reached).toBeUndefined();
  },
);

test("a walk goes on where it can when the catalog has changed meanwhile", async () => {
  const { "https://example.org/stac/b.json": _gone, ...large } = largeCatalog();
  const links = ["a", "c"].map((id) => ({ rel: "child", href: `${id}.json` }));
  const fed = await runFeeder(handler, event, {
    pages: { ...large, [ROOT]: { type: "Catalog", id: "root", links } },
    position: { path: [ROOT, "https://example.org/stac/b.json"], items: 100 },
  });
  expect(new Set(itemIds(fed)).size).toBe(500);
});
