// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates
import { readFile } from "node:fs/promises";
import { testTask } from "cirrus-pipeline/testing";
import { expect, test } from "vitest";
import { exampleObjects, readExample } from "../../test/examples.ts";
import { cogProblems, georeferenceOf, openTiff, readBands } from "../../test/raster/check-cog.ts";
import { handler } from "./handler.ts";

const example = await readExample("reproject-in-batch.json");
const SELF = "s3://cirrus-dev-data/examples/LC08_L1TP_224078_20200518_20200518_01_RT.json";
const RED = "s3://cirrus-dev-data/examples/assets/LC08_L1TP_224078_20200518_20200518_01_RT/red.tif";

function convert(parameters: object, event: object = example, objects: Record<string, Uint8Array> = {}) {
  const process = [
    {
      workflow: "w",
      upload_options: { path_template: "p/${id}", s3_urls: true },
      tasks: { "convert-to-cog": parameters },
    },
  ];
  return testTask(handler, { ...event, process }, { objects: { ...exampleObjects, ...objects } });
}

test("an asset becomes a COG under its own name, and keeps its place, its values and its members", async () => {
  const { payload, written, read } = await convert({ assets: { red: {} } });
  expect(written).toEqual(["s3://cirrus-data/p/LC08_L1TP_224078_20200518_20200518_01_RT/red.tif"]);
  const before = example.features[0]?.assets.red;
  expect(payload.features[0]?.assets.red).toEqual({
    ...before,
    href: written[0],
    type: "image/tiff; application=geotiff; profile=cloud-optimized",
    "proj:code": "EPSG:32621",
    "proj:shape": [465, 510],
    "proj:transform": [120.05882352941177, 0, 717345, 0, -120, -2776995],
    "file:size": expect.any(Number),
    "file:checksum": expect.stringMatching(/^1220[0-9a-f]{64}$/),
  });
  const source = await readFile(exampleObjects[RED] ?? "");
  const cog = await read(written[0] ?? "");
  expect(await cogProblems(cog)).toEqual([]);
  expect(await georeferenceOf(cog)).toEqual(await georeferenceOf(source));
  expect(await readBands(cog)).toEqual(await readBands(source));
});

test("each asset has options of its own, and what is not named stays where it was", async () => {
  const { payload, read } = await convert({ assets: { red: { blocksize: 128, overview_blocksize: 64 } } });
  const tiff = await openTiff(await read(payload.features[0]?.assets.red?.href ?? ""));
  expect((await tiff.getImage(0)).getTileWidth()).toBe(128);
  expect((await tiff.getImage(1)).getTileWidth()).toBe(64);
  expect(payload.features[0]?.assets.visual?.href).toBe(example.features[0]?.assets.visual?.href);
});

test("nodata is written into the file and the asset, and web_optimized moves the raster to Web Mercator", async () => {
  const { payload, read } = await convert({ assets: { visual: { nodata: 255, web_optimized: true } } });
  const asset = payload.features[0]?.assets.visual;
  expect(asset).toMatchObject({ nodata: 255, "proj:code": "EPSG:3857" });
  const bytes = await read(asset?.href ?? "");
  expect(await cogProblems(bytes)).toEqual([]);
  expect(await georeferenceOf(bytes)).toMatchObject({ nodata: 255, geoKeys: { ProjectedCSTypeGeoKey: 3857 } });
});

test("every item is converted, and says once what it was made of", async () => {
  const [scene] = example.features;
  const features = ["a", "b"].map((id) => ({ ...structuredClone(scene), id }));
  const first = await convert({ assets: { red: {} }, drop_assets: ["visual"] }, { ...example, features });
  expect(first.payload.features.map(({ assets }) => Object.keys(assets))).toEqual([["red"], ["red"]]);
  expect(first.payload.features[1]?.assets.red?.href).toBe("s3://cirrus-data/p/b/red.tif");
  const source = { rel: "derived_from", href: SELF, type: "application/geo+json", title: "Source item" };
  expect(first.payload.features[0]?.links).toContainEqual(source);

  const objects = Object.fromEntries(await Promise.all(first.written.map(async (url) => [url, await first.read(url)])));
  const again = await convert({ assets: { red: {} } }, first.payload, objects);
  expect(again.payload.features[0]?.links.filter(({ rel }) => rel === "derived_from")).toEqual([source]);
});

test("a raster that was cut off fails with what GDAL says, the item, the asset and what to do", async () => {
  const broken = await readExample("fails-truncated-asset.json");
  const features = broken.features.map((item) => ({
    ...item,
    assets: { visual: { href: item.assets.visual?.href } },
  }));
  await expect(convert({ assets: { visual: {} } }, { ...broken, features })).rejects.toMatchObject({
    name: "AssetUnreadable",
    message: expect.stringMatching(
      /224077.*asset "visual" could not be converted: TIFFFillTile:Read error.*Check that/,
    ),
  });
});

test("an asset that the item lacks is the payload's fault", async () => {
  await expect(convert({ assets: { nir: {} } })).rejects.toMatchObject({
    name: "InvalidInput",
    message: expect.stringMatching(/has no asset "nir"; it has red, visual/),
  });
});

test.each([
  [{ assets: {} }, /name at least one asset/],
  [{ assets: { red: { blocksize: 100 } } }, /blocksize/],
  [{ assets: { red: { overview_resampling: "best" } } }, /overview_resampling/],
  [{ assets: ["red"] }, /expected/i],
])("wrong parameters are refused before anything is read: %j", async (parameters, message) => {
  await expect(convert(parameters)).rejects.toMatchObject({
    name: "InvalidInput",
    message: expect.stringMatching(message),
  });
});
