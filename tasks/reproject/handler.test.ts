import { testTask } from "cirrus-pipeline/testing";
import sharp from "sharp";
import { expect, test } from "vitest";
import { exampleObjects, readExample } from "../../test/examples.ts";
import { handler } from "./handler.ts";

const example = await readExample("reproject-in-batch.json");

function reproject(parameters: object, event: object = example) {
  const process = [
    { workflow: "w", upload_options: { path_template: "p", s3_urls: true }, tasks: { reproject: parameters } },
  ];
  return testTask(handler, { ...event, process }, { objects: exampleObjects });
}

test("a UTM scene lies where it is, in Web Mercator", async () => {
  const { payload, written } = await reproject({ assets: ["red"], crs: "EPSG:3857" });
  expect(written).toEqual(["s3://cirrus-data/p/red_epsg3857.tif"]);
  const asset = payload.features[0]?.assets.red;
  expect(asset).toMatchObject({ href: written[0], "proj:code": "EPSG:3857", "proj:shape": [476, 517] });
  const [width = 0, , west = 0, , height = 0, north = 0] = (asset?.["proj:transform"] ?? []) as number[];
  expect([width, height]).toEqual([expect.closeTo(133, 1), expect.closeTo(-133, 1)]);
  // The corner of the item's bbox: 6378137 · λ, and 6378137 · ln tan(π/4 + φ/2).
  const [lon = 0, , , lat = 0] = (payload.features[0]?.bbox ?? []) as number[];
  expect(west).toBeCloseTo((6378137 * lon * Math.PI) / 180, -3);
  expect(north).toBeCloseTo(6378137 * Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)), -3);
});

test("with nearest neighbour every pixel is one that was measured, in the type it was measured in", async () => {
  const { read, written } = await reproject({ assets: ["red"], crs: "EPSG:4326", resampling: "near" });
  const warped = await read(written[0] ?? "");
  expect(await sharp(warped).metadata()).toMatchObject({ depth: "ushort", channels: 1 });
  const measured = new Set(await readPixels(exampleObjects[RED] ?? ""));
  const found = new Set(await readPixels(warped));
  expect(found.size).toBeGreaterThan(1000);
  expect([...found].filter((value) => !measured.has(value))).toEqual([]);
});

const RED = "s3://cirrus-dev-data/examples/assets/LC08_L1TP_224078_20200518_20200518_01_RT/red.tif";

async function readPixels(image: string | Uint8Array): Promise<Uint16Array> {
  const { data } = await sharp(image)
    .toColourspace("grey16")
    .raw({ depth: "ushort" })
    .toBuffer({ resolveWithObject: true });
  return new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
}

test("a resolution is kept to", async () => {
  const { payload } = await reproject({ assets: ["visual"], crs: "EPSG:3857", resolution: 500 });
  expect(payload.features[0]?.assets.visual?.["proj:transform"]).toMatchObject({ 0: 500, 4: -500 });
});

test("a raster that was cut off fails with what GDAL says of it, and with the item and asset it is", async () => {
  const broken = await readExample("fails-truncated-asset.json");
  // Otherwise it would not come as far as GDAL.
  for (const asset of Object.values(broken.features[0]?.assets ?? {})) {
    delete asset["file:size"];
    delete asset["file:checksum"];
  }
  await expect(reproject({ assets: ["visual"], crs: "EPSG:3857" }, broken)).rejects.toMatchObject({
    name: "AssetUnreadable",
    message: expect.stringMatching(/224077.*asset "visual" could not be warped to EPSG:3857: TIFFFillTile:Read error/),
  });
});

test("a reference system that is no code is refused before anything is read", async () => {
  await expect(reproject({ assets: ["red"], crs: "mercator" })).rejects.toMatchObject({ name: "InvalidInput" });
});
