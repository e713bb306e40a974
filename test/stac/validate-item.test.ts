import { expect, test } from "vitest";
import { validateItem } from "../../src/stac/validate-item.ts";
import { readExample } from "../examples.ts";

const PROJECTION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json";
const EO = "https://stac-extensions.github.io/eo/v1.1.0/schema.json";

const valid = {
  type: "Feature",
  stac_version: "1.1.0",
  id: "a",
  geometry: { type: "Point", coordinates: [1, 2] },
  bbox: [1, 2, 1, 2],
  properties: { datetime: "2024-05-01T10:00:00Z" },
  links: [],
  assets: {},
};

async function pathsOf(item: object): Promise<readonly (string | undefined)[]> {
  return (await validateItem(item)).map(({ path }) => path);
}

test("an item that keeps the rules has no problems", async () => {
  expect(await validateItem(valid)).toEqual([]);
  const { features } = await readExample("publish-only.json");
  expect(await validateItem(features[0] ?? {})).toEqual([]);
});

test("a problem names the path, what was found, what was expected, and the rule by its address", async () => {
  const item = { ...valid, stac_extensions: [EO], properties: { ...valid.properties, "eo:cloud_cover": 120 } };
  expect(await validateItem(item)).toEqual([
    {
      code: "invalid-item",
      path: "$.properties['eo:cloud_cover']",
      message: "found 120, expected at most 100",
      hint: `Rule: ${EO}#/definitions/fields/properties/eo:cloud_cover/maximum.`,
    },
  ]);
});

test.each([
  ["no assets", { assets: undefined }, "$", "expected the member assets"],
  ["an empty ID", { id: "" }, "$.id", "a text that is not empty"],
  ["a geometry without a box", { bbox: undefined }, "$", "expected the member bbox"],
  ["a link without relation", { links: [{ href: "https://example.org" }] }, "$.links[0]", "expected the member rel"],
  ["an asset without href", { assets: { b1: { type: "image/tiff" } } }, "$.assets.b1", "expected the member href"],
  ["a time that is none", { properties: { datetime: "yesterday" } }, "$.properties.datetime", 'found "yesterday"'],
  ["no time at all", { properties: { datetime: null } }, "$.properties", "the members start_datetime and end_datetime"],
  ["a version that is none", { stac_version: "0.9.0" }, "$.stac_version", "expected one of 1.0.0, 1.1.0"],
  ["an extension that is no URL list", { stac_extensions: "eo" }, "$.stac_extensions", "expected a list"],
  ["coordinates that are texts", { geometry: { type: "Point", coordinates: ["1", "2"] } }, "$.geometry", "found"],
])("%s is a problem", async (_name, wrong, path, message) => {
  const problems = await validateItem({ ...valid, ...wrong });
  expect(problems).toContainEqual(
    expect.objectContaining({ path: expect.stringContaining(path), message: expect.stringContaining(message) }),
  );
});

test("of alternatives, only the one that was meant is spoken of: no word of collections, where an item is wrong", async () => {
  const item = {
    ...valid,
    stac_extensions: [PROJECTION],
    assets: { b1: { href: "https://example.org/b1.tif", "proj:shape": ["1", 2], "proj:code": 32632 } },
  };
  expect(await validateItem(item)).toMatchObject([
    { path: "$.assets.b1['proj:code']", message: "found 32632, expected a text or null" },
    { path: "$.assets.b1['proj:shape'][0]", message: 'found "1", expected a whole number' },
  ]);
});

test.each([
  [
    "a geometry without box is missing its box: nobody asks for no geometry",
    { bbox: undefined },
    { path: "$", message: expect.stringMatching(/expected the member bbox$/) },
  ],
  [
    "a geometry of an unknown type may be of the known ones",
    { geometry: { type: "Circle", coordinates: [1, 2] } },
    {
      path: "$.geometry.type",
      message: expect.stringMatching(/^found "Circle", expected "Point" or "LineString" or /),
    },
  ],
  [
    "a range that has only its beginning lacks its end",
    { properties: { ...valid.properties, start_datetime: "2024-05-01T10:00:00Z" } },
    { path: "$.properties", message: expect.stringMatching(/expected the member end_datetime$/) },
  ],
  [
    "a box of five numbers could be either kind of box",
    { bbox: [1, 2, 3, 4, 5] },
    { path: "$.bbox", message: "found [1,2,3,4,5], expected a list of at most 4 or a list of at least 6" },
  ],
  ["an ID may be a text", { id: [] }, { path: "$.id", message: "found [], expected a number or a text" }],
  [
    "a collection is no item, and its extensions are not asked",
    { type: "Collection", stac_extensions: [EO] },
    { path: "$.type", message: 'found "Collection", expected "Feature"' },
  ],
])("%s", async (_title, wrong, problem) => {
  const problems = await validateItem({ ...valid, ...wrong });
  expect(problems[0]).toMatchObject(problem);
});

test("a member that the schema knows nothing of, under its own prefix, is a problem", async () => {
  const item = { ...valid, stac_extensions: [EO], properties: { ...valid.properties, "eo:clouds": 1 } };
  expect(await validateItem(item)).toMatchObject([
    { path: "$.properties['eo:clouds']", message: "found 1, expected nothing here" },
  ]);
});

test("the name of a collection needs no link beside it", async () => {
  expect(await pathsOf({ ...valid, collection: "scenes" })).toEqual([]);
  expect(await pathsOf({ ...valid, collection: 5 })).toEqual(["$.collection"]);
});

test("an extension that is not known here is not checked", async () => {
  const url = "https://example.org/own/v1.0.0/schema.json";
  expect(await validateItem({ ...valid, stac_extensions: [url, EO] })).toEqual([]);
});

test("many items at once are each checked, whichever loads the schemas", async () => {
  const items = Array.from({ length: 20 }, (_, index) => ({
    ...valid,
    stac_version: index % 2 === 0 ? "1.0.0" : "1.1.0",
    stac_extensions: [PROJECTION, EO],
    id: index % 5 === 0 ? "" : "a",
  }));
  const found = await Promise.all(items.map(pathsOf));
  expect(found).toEqual(items.map(({ id }) => (id === "" ? ["$.id"] : [])));
});

test("what JSON leaves out is not there: an undefined member is no problem of its own", async () => {
  expect(await validateItem({ ...valid, collection: undefined })).toEqual([]);
});

test("an item that is wrong in very many places is told of, and not the end of the program", async () => {
  const coordinates = [Array.from({ length: 50_000 }, () => ["x"])];
  const [problem, ...others] = await validateItem({ ...valid, geometry: { type: "Polygon", coordinates } });
  expect(others).toEqual([]);
  expect(problem).toMatchObject({ path: "$", message: expect.stringContaining("fewer places than can be counted") });
  const assets = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`a${index}`, { href: 1 }]));
  expect(await validateItem({ ...valid, assets })).toHaveLength(2000);
});
