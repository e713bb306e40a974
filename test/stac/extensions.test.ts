/** Each row: what an item says by an extension, and the same with one thing wrong. */
import { expect, test } from "vitest";
import { validateItem } from "../../src/stac/validate-item.ts";

type Members = Readonly<Record<string, unknown>>;

/** The version, the members that are right, those that are wrong, and of the problem: its path, its end, its rule. */
type Row = readonly [string, Members, Members, string, string, string];

function itemWith(version: string, properties: Members, assets: Members): object {
  return {
    type: "Feature",
    stac_version: "1.1.0",
    stac_extensions: [urlOf(version)],
    id: "a",
    geometry: { type: "Point", coordinates: [1, 2] },
    bbox: [1, 2, 1, 2],
    properties: { datetime: "2024-05-01T10:00:00Z", ...properties },
    links: [],
    assets,
  };
}

function urlOf(version: string): string {
  return `https://stac-extensions.github.io/${version}/schema.json`;
}

async function expectProblem(version: string, item: object, [path, end, rule]: readonly string[]): Promise<void> {
  const [problem, ...others] = await validateItem(item);
  expect(others).toEqual([]);
  expect(problem).toMatchObject({ code: "invalid-item", path, hint: `Rule: ${urlOf(version)}#/${rule}.` });
  expect(problem?.message.endsWith(`expected ${end}`), problem?.message).toBe(true);
}

const PROPERTIES: readonly Row[] = [
  [
    "eo/v2.0.0",
    { "eo:cloud_cover": 12, "eo:snow_cover": 0 },
    { "eo:cloud_cover": 120 },
    "$.properties['eo:cloud_cover']",
    "at most 100",
    "definitions/eo:cloud_cover/maximum",
  ],
  [
    "processing/v1.1.0",
    { "processing:level": "L2A", "processing:expression": { format: "rio-calc", expression: "a+b" } },
    { "processing:expression": { format: "rio-calc" } },
    "$.properties['processing:expression']",
    "the member expression",
    "definitions/fields/properties/processing:expression/required",
  ],
  [
    "processing/v1.2.0",
    { "processing:version": "05.11", "processing:datetime": "2024-05-01T12:00:00Z" },
    { "processing:datetime": "2024-05-01T12:00:00+02:00" },
    "$.properties['processing:datetime']",
    "a text that matches (\\+00:00|Z)$",
    "definitions/fields/properties/processing:datetime/pattern",
  ],
  [
    "product/v0.1.0",
    { "product:timeliness": "PT24H", "product:timeliness_category": "NRT" },
    { "product:timeliness_category": "NRT" },
    "$.properties",
    "the member product:timeliness",
    "definitions/fields/dependencies",
  ],
  [
    "product/v1.0.0",
    { "product:acquisition_type": "nominal" },
    { "product:acquisition_type": "planned" },
    "$.properties['product:acquisition_type']",
    '"nominal", "calibration" or "other"',
    "definitions/product:acquisition_type/enum",
  ],
  [
    "sar/v1.2.0",
    { "sar:frequency_band": "C", "sar:polarizations": ["VV", "VH"], "sar:beam_ids": ["IW1"] },
    { "sar:frequency_band": "C" },
    "$.properties",
    "the member sar:polarizations",
    "oneOf/0/properties/properties/allOf/0/required",
  ],
  [
    "sar/v1.3.0",
    { "sar:bandwidth": 0.1, "sar:polarizations": ["HH", "RV"] },
    { "sar:polarizations": [] },
    "$.properties['sar:polarizations']",
    "a list of at least 1",
    "definitions/sar_polarizations/minItems",
  ],
  [
    "sat/v1.1.0",
    { "sat:orbit_state": "descending", "sat:orbit_cycle": 12 },
    { "sat:orbit_state": "crossing" },
    "$.properties['sat:orbit_state']",
    '"ascending", "descending" or "geostationary"',
    "definitions/fields/properties/sat:orbit_state/enum",
  ],
  [
    "sat/v1.2.0",
    { "sat:orbit_state": "crossing", "sat:acquisition_station": "SGS" },
    { "sat:relative_orbit": 0 },
    "$.properties['sat:relative_orbit']",
    "at least 1",
    "definitions/fields/properties/sat:relative_orbit/minimum",
  ],
  [
    "view/v1.1.0",
    { "view:moon_elevation": 10 },
    { "view:moon_elevation": 100 },
    "$",
    "one of these: at most 90 at $.properties['view:moon_elevation']; or a member that fits the rule at $.assets",
    "oneOf/0/anyOf",
  ],
];

test.each(PROPERTIES)(
  "%s: properties that keep it pass, others are told of",
  async (version, right, wrong, ...told) => {
    expect(await validateItem(itemWith(version, right, {}))).toEqual([]);
    await expectProblem(version, itemWith(version, wrong, {}), told);
  },
);

const ASSETS: readonly Row[] = [
  [
    "alternate-assets/v1.1.0",
    { alternate: { s3: { href: "s3://scenes/b1.tif" } } },
    { alternate: { s3: { title: "The same in S3" } } },
    "$.assets.b1.alternate.s3",
    "the member href",
    "definitions/alternate_assets/properties/alternate/additionalProperties/required",
  ],
  [
    "eo/v2.0.0",
    { bands: [{ name: "B05", "eo:common_name": "rededge071" }] },
    { bands: [{ name: "B05", "eo:common_name": "rededge071", "eo:solar_illumination": -1 }] },
    "$.assets.b1.bands[0]['eo:solar_illumination']",
    "at least 0",
    "definitions/eo:solar_illumination/minimum",
  ],
  [
    "raster/v2.0.0",
    { "raster:scale": 0.0001, "raster:offset": -0.1 },
    { "raster:scale": 0.0001, "raster:bands": [{ scale: 0.0001 }] },
    "$.assets.b1['raster:bands']",
    "nothing here",
    "definitions/fields/additionalProperties/false",
  ],
  [
    "view/v1.1.0",
    { "view:azimuth": 226 },
    { gsd: 10 },
    "$",
    "one of these: the member view:off_nadir or the member view:incidence_angle or the member view:azimuth or " +
      "the member view:sun_azimuth or the member view:sun_elevation or the member view:moon_azimuth or " +
      "the member view:moon_elevation at $.properties; or a member that fits the rule at $.assets",
    "oneOf/0/anyOf",
  ],
];

test.each(ASSETS)("%s: an asset that keeps it passes, others are told of", async (version, right, wrong, ...told) => {
  const withAsset = (members: Members) =>
    itemWith(version, {}, { b1: { href: "https://example.org/b1.tif", ...members } });
  expect(await validateItem(withAsset(right))).toEqual([]);
  await expectProblem(version, withAsset(wrong), told);
});
