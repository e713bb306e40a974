import { expect, test } from "vitest";
import type { Announcement } from "../../src/events/announcements.ts";
import { itemAnnouncement } from "../../src/events/item-announcement.ts";
import type { StacItem } from "../../src/payload/stac-item.ts";
import { KNOWN_SCHEMAS } from "../../src/stac/schemas.ts";
import { validateItem } from "../../src/stac/validate-item.ts";
import type { Item } from "../../src/task/index.ts";
import { PROVIDER_ITEMS, readProviderItem } from "../provider-items.ts";

/** What is wrong with those that are wrong. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  "landsat-c2-ard-beta.usgs": ['$.stac_version: found "1.0.0-beta.2", expected one of 1.0.0, 1.1.0'],
  "aster-l1t.planetary-computer": [
    expect.stringMatching(/^\$\.assets\.SWIR\['eo:bands'\]\[4\]\.common_name: found "swir", expected "coastal", /),
    expect.stringMatching(/^\$\.assets\.SWIR\['eo:bands'\]\[5\]\.common_name: found "swir", expected "coastal", /),
  ],
};

test.each(PROVIDER_ITEMS)("%s is as valid as its provider made it", async (name) => {
  const problems = await validateItem(readProviderItem(name));
  expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual(WRONG[name] ?? []);
});

test("the extensions that go unchecked are known", () => {
  const declared = PROVIDER_ITEMS.flatMap((name) => readProviderItem(name).stac_extensions ?? []);
  expect([...new Set(declared)].filter((url) => !KNOWN_SCHEMAS.has(url)).sort()).toMatchInlineSnapshot(`
    [
      "eo",
      "https://cs-si.github.io/eopf-stac-extension/v1.2.0/schema.json",
      "https://landsat.usgs.gov/stac/landsat-extension/schema.json",
      "https://stac-extensions.github.io/alternate-assets/v1.2.0/schema.json",
      "https://stac-extensions.github.io/authentication/v1.1.0/schema.json",
      "projection",
      "view",
    ]
  `);
});

const VALID = PROVIDER_ITEMS.filter((name) => WRONG[name] === undefined);

/** What real pipelines make of real items. */
const SPOILT: readonly (readonly [string, (item: Item) => object, string])[] = [
  [
    "a datetime without zone",
    ({ properties }) => ({ properties: { ...properties, datetime: "2024-05-01T10:00:00" } }),
    "$.properties.datetime",
  ],
  ["no datetime and no range", () => ({ properties: { datetime: null } }), "$.properties"],
  ["a box of three numbers", () => ({ bbox: [1, 2, 3], geometry: { type: "Point", coordinates: [1, 2] } }), "$.bbox"],
  [
    "an asset that is a URL",
    ({ assets }) => ({ assets: { ...assets, more: "https://example.org/x.tif" } }),
    "$.assets.more",
  ],
  [
    "roles that are no list",
    ({ assets }) => ({ assets: { ...assets, more: { href: "x", roles: "data" } } }),
    "$.assets.more.roles",
  ],
  ["an ID that is a number", () => ({ id: 5 }), "$.id"],
  ["no links", () => ({ links: undefined }), "$"],
];

test.each(SPOILT)("%s is found in every one of them", async (_what, spoil, path) => {
  for (const name of VALID) {
    const item = readProviderItem(name);
    const paths = (await validateItem({ ...item, ...spoil(item) })).map((problem) => problem.path);
    expect({ name, paths }).toEqual({ name, paths: expect.arrayContaining([path]) });
  }
});

test.each(PROVIDER_ITEMS)("%s can be announced within what SNS takes", (name) => {
  const { attributes, body } = itemAnnouncement(readProviderItem(name) as unknown as StacItem, "x");
  expect(Object.keys(attributes).length).toBeLessThanOrEqual(10);
  for (const { value } of Object.values<Announcement["attributes"][string]>(attributes)) expect(value).not.toBe("");
  expect(JSON.parse(body)).toMatchObject({ type: "Feature", id: readProviderItem(name).id });
});

test("corners come from boxes with heights too, and a time is not made up where there is a range", () => {
  const { attributes } = itemAnnouncement(
    readProviderItem("3dep-lidar-copc.planetary-computer") as unknown as StacItem,
    "x",
  );
  const [west, south, , east, north] = readProviderItem("3dep-lidar-copc.planetary-computer").bbox as number[];
  expect(attributes).toMatchObject({
    "bbox.ll_lon": { value: west },
    "bbox.ll_lat": { value: south },
    "bbox.ur_lon": { value: east },
    "bbox.ur_lat": { value: north },
  });
  expect(attributes).not.toHaveProperty("datetime");
  expect(attributes).toHaveProperty("start_datetime");
});
