import { describe, expect, test } from "vitest";
import { validateItem } from "../../src/stac/validate-item.ts";
import { declareExtension, type Item } from "../../src/task/index.ts";
import { PROVIDER_ITEMS, readProviderItem } from "../provider-items.ts";

const of = (name: string, version: string) => `https://stac-extensions.github.io/${name}/v${version}/schema.json`;

function itemWith(stac_extensions: string[], more: Partial<Item> = {}): Item {
  return { id: "a", properties: {}, assets: {}, links: [], stac_extensions, ...more };
}

describe("declareExtension", () => {
  test("declares once", () => {
    const item = itemWith([]);
    declareExtension(item, of("file", "2.1.0"));
    declareExtension(item, of("file", "2.1.0"));
    expect(item.stac_extensions).toEqual([of("file", "2.1.0")]);
  });

  test("leaves the version that the item has, as its fields are valid under that", () => {
    const item = itemWith([of("eo", "1.0.0"), of("file", "1.0.0")]);
    declareExtension(item, of("file", "2.1.0"));
    expect(item.stac_extensions).toEqual([of("eo", "1.0.0"), of("file", "1.0.0")]);
  });

  test("brings projection 1 to 2, wherever a code is said", () => {
    const item = itemWith([of("projection", "1.1.0"), of("eo", "1.0.0")], {
      properties: { "proj:epsg": 32632 },
      assets: {
        a: { href: "a", "proj:epsg": null },
        b: { href: "b", bands: [{ "proj:epsg": 4326 }] },
        c: { href: "c", "proj:epsg": 1, "proj:code": "EPSG:3857" },
      },
    });
    declareExtension(item, of("projection", "2.0.0"));
    expect(item.stac_extensions).toEqual([of("eo", "1.0.0"), of("projection", "2.0.0")]);
    expect(item.properties).toEqual({ "proj:code": "EPSG:32632" });
    expect(item.assets).toEqual({
      a: { href: "a", "proj:code": null },
      b: { href: "b", bands: [{ "proj:code": "EPSG:4326" }] },
      c: { href: "c", "proj:code": "EPSG:3857" },
    });
  });
});

test.each(PROVIDER_ITEMS.filter((name) => !/^(?:aster|landsat-c2-ard)/.test(name)))(
  "%s stays valid when a task adds an asset with projection, size and checksum",
  async (name) => {
    const item = readProviderItem(name);
    declareExtension(item, of("projection", "2.0.0"));
    declareExtension(item, of("file", "2.1.0"));
    item.assets.preview = {
      href: "preview.tif",
      "proj:code": "EPSG:3857",
      "proj:shape": [10, 20],
      "file:size": 5,
      "file:checksum": "1220abcd",
    };
    expect(await validateItem(item)).toEqual([]);
  },
);
