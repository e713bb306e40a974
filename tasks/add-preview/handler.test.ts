import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testTask } from "cirrus-pipeline/testing";
import sharp from "sharp";
import { expect, test } from "vitest";
import { exampleObjects, readExample } from "../../test/examples.ts";
import { cogProblems, readBands } from "../../test/raster/check-cog.ts";
import { handler } from "./handler.ts";

const example = await readExample("mirror-with-preview-in-batch.json");

const VISUAL = "s3://cirrus-dev-data/examples/assets/LC08_L1TP_224078_20200518_20200518_01_RT/visual.tif";

async function run(parameters: object, event: object = example, objects: Record<string, Uint8Array> = {}) {
  const process = [
    { workflow: "w", upload_options: { path_template: "p", s3_urls: true }, tasks: { "add-preview": parameters } },
  ];
  const result = await testTask(handler, { ...event, process }, { objects: { ...exampleObjects, ...objects } });
  return { ...result, item: result.payload.features[0] };
}

async function preview(parameters: object) {
  const result = await run(parameters);
  const image = sharp(await result.read(result.written[0] ?? ""));
  return { ...result, image, metadata: await image.metadata() };
}

/** The example without what it says of its files' sizes and checksums. */
const unchecked = {
  ...example,
  features: example.features.map((item) => ({
    ...item,
    assets: Object.fromEntries(Object.entries(item.assets).map(([key, { href }]) => [key, { href }])),
  })),
};

test("a colour scene becomes a thumbnail with its shape, role and type", async () => {
  const { item, metadata, written } = await preview({ assets: ["visual"] });
  expect(written).toEqual(["s3://cirrus-data/p/thumbnail.png"]);
  expect(metadata).toMatchObject({ format: "png", width: 256, height: 233, channels: 3 });
  expect(item?.assets.thumbnail).toMatchObject({
    href: written[0],
    type: "image/png",
    roles: ["thumbnail"],
    title: "Thumbnail",
    "proj:shape": [233, 256],
    "file:size": expect.any(Number),
  });
});

test("the picture is the scene: water in the middle is bluer than the fields in the west, and outside it is black", async () => {
  const { image } = await preview({ assets: ["visual"] });
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const pixel = (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
  const [waterRed = 0, , waterBlue = 0] = pixel(140, 90);
  const [fieldRed = 0, , fieldBlue = 0] = pixel(25, 60);
  expect(waterBlue - waterRed).toBeGreaterThan(fieldBlue - fieldRed);
  expect(pixel(250, 5)).toEqual([0, 0, 0]);
});

test("16-bit measurements are stretched over the whole range of a picture", async () => {
  const { image, metadata } = await preview({ assets: ["red"], preview: "overview", format: "jpeg", size: 200 });
  expect(metadata).toMatchObject({ format: "jpeg", width: 200 });
  const { channels } = await image.stats();
  expect(channels[0]).toMatchObject({ min: 0, max: expect.toSatisfy((max: number) => max > 245) });
  expect(channels[0]?.stdev).toBeGreaterThan(40);
  const { data } = await image.raw().toBuffer({ resolveWithObject: true });
  expect(new Set(data).size).toBeGreaterThan(200);
});

test("the first asset of the list that the item has is taken", async () => {
  const { metadata } = await preview({ assets: ["nir", "red", "visual"], format: "webp" });
  expect(metadata).toMatchObject({ format: "webp" });
});

test("an item with none of the assets is refused with what it has", async () => {
  await expect(preview({ assets: ["nir"] })).rejects.toMatchObject({
    name: "InvalidInput",
    message: expect.stringContaining("none of the assets nir; it has visual, red"),
  });
});

test.each([
  [
    "a file that is no image",
    "thumbnail",
    "no pixels",
    /asset "visual" is no image that can be read: .*unsupported image format/,
  ],
  [
    "a drawing",
    "thumbnail",
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    /asset "visual" is no image that can be read: it is svg/,
  ],
  [
    "a sign-in page in its place",
    "cog",
    "<!doctype html>",
    /asset "visual" could not be made a preview for maps: it is no raster/,
  ],
])("%s fails with what is said of it, and with what to do", async (_title, kind, text, message) => {
  const failing = run({ assets: ["visual"], preview: kind }, unchecked, { [VISUAL]: Buffer.from(text) });
  await expect(failing).rejects.toMatchObject({ name: "AssetUnreadable", message: expect.stringMatching(message) });
  await expect(failing).rejects.toThrow(/(Name an asset|Check that the asset).*\.$/);
});

test("a preview for maps is a COG in Web Mercator of bytes, transparent where nothing was measured", async () => {
  const { item, written, read } = await run({ assets: ["red"], preview: "cog" });
  expect(written).toEqual(["s3://cirrus-data/p/preview.tif"]);
  expect(item?.assets.preview).toMatchObject({
    href: written[0],
    title: "Preview",
    type: "image/tiff; application=geotiff; profile=cloud-optimized",
    roles: ["overview"],
    "proj:code": "EPSG:3857",
    "proj:shape": [768, 768],
  });
  expect(item?.stac_extensions).toContain("https://stac-extensions.github.io/projection/v2.0.0/schema.json");
  const bytes = await read(written[0] ?? "");
  expect(await cogProblems(bytes)).toEqual([]);
  const [grey = [], alpha = []] = await readBands(bytes);
  expect(grey).toBeInstanceOf(Uint8Array);
  // The scene is a tilted square in the middle: the corners hold nothing.
  expect([alpha[0], alpha.at(-1)]).toEqual([0, 0]);
  const shown = [...grey].filter((_, pixel) => alpha[pixel] === 255);
  expect(shown.length).toBeGreaterThan(100_000);
  expect(new Set(shown).size).toBeGreaterThan(200);
});

test("beside a preview for maps lies a thumbnail, where it is asked for", async () => {
  const { item, written } = await run({ assets: ["visual"], preview: "cog", size: 300, thumbnail: true });
  expect(written).toEqual(["s3://cirrus-data/p/preview.tif", "s3://cirrus-data/p/thumbnail.png"]);
  expect(item?.assets.thumbnail).toMatchObject({ roles: ["thumbnail"], "proj:shape": [233, 256] });
});

test("an exponent below 1 in place of the cut shows more of the dark", async () => {
  const mean = async (exp: number) =>
    (await (await preview({ assets: ["red"], exp })).image.stats()).channels[0]?.mean ?? 0;
  const [dark, even] = [await mean(1), await mean(0.4)];
  expect(even).toBeGreaterThan(dark * 1.3);
});

test("a picture of the preprojected raster has the proportions of degrees", async () => {
  const { item } = await run({ assets: ["visual"], preproj: true });
  const [rows = 0, columns = 0] = (item?.assets.thumbnail?.["proj:shape"] ?? []) as number[];
  const [west = 0, south = 0, east = 0, north = 0] = (item?.bbox ?? []) as number[];
  expect(columns / rows).toBeCloseTo((east - west) / (north - south), 1);
});

test("what is made of each item is its own, also where nothing is uploaded, and else nothing of it stays on the disk", async () => {
  const workdir = await mkdtemp(join(tmpdir(), "add-preview-test-"));
  const [scene] = unchecked.features;
  const features = ["a", "b"].map((id) => ({ ...structuredClone(scene), id }));
  const tasks = { "add-preview": { assets: ["visual"], preview: "cog", thumbnail: true, size: 100 } };
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a path template
  const process = [{ workflow: "w", upload_options: { path_template: "p/${id}", s3_urls: true }, tasks }];
  const filesAfter = async (environment: object) => {
    const options = { objects: exampleObjects, environment: { CIRRUS_WORKDIR: workdir, ...environment } };
    const { payload } = await testTask(handler, { ...unchecked, features, process }, options);
    const entries = await readdir(workdir, { recursive: true, withFileTypes: true });
    return { payload, files: entries.filter((entry) => entry.isFile()).map(({ name }) => name) };
  };
  try {
    expect((await filesAfter({})).files).toEqual([]);
    const { payload, files } = await filesAfter({ CIRRUS_UPLOAD: "false" });
    const hrefs = payload.features.flatMap(({ assets }) => [assets.preview?.href, assets.thumbnail?.href]);
    expect(new Set(hrefs).size).toBe(4);
    expect(files.sort()).toEqual([
      ...["visual-preview.tif", "visual-preview.tif", "visual-thumbnail.png", "visual-thumbnail.png"],
      ...["visual.tif", "visual.tif"],
    ]);
  } finally {
    await rm(workdir, { recursive: true });
  }
});

test("all wrong parameters are told at once", async () => {
  await expect(preview({ assets: [], preview: "poster", size: 9 })).rejects.toThrow(
    /add-preview'\]\.assets: .*\n.*\.preview: .*\n.*\.size: /,
  );
});
