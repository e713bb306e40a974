import { testTask } from "cirrus-pipeline/testing";
import sharp from "sharp";
import { expect, test } from "vitest";
import { exampleObjects, readExample } from "../../test/examples.ts";
import { handler } from "./handler.ts";

const example = await readExample("mirror-with-preview-in-batch.json");

async function preview(parameters: object, objects: Record<string, Uint8Array> = {}) {
  const process = [
    { workflow: "w", upload_options: { path_template: "p", s3_urls: true }, tasks: { "add-preview": parameters } },
  ];
  const result = await testTask(handler, { ...example, process }, { objects: { ...exampleObjects, ...objects } });
  const image = sharp(await result.read(result.written[0] ?? ""));
  return { ...result, image, metadata: await image.metadata(), item: result.payload.features[0] };
}

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

test("a file that is no image fails with what libvips says of it", async () => {
  const url = "s3://cirrus-dev-data/examples/assets/LC08_L1TP_224078_20200518_20200518_01_RT/visual.tif";
  await expect(preview({ assets: ["visual"] }, { [url]: Buffer.from("no pixels") })).rejects.toMatchObject({
    name: "AssetUnreadable",
    message: expect.stringMatching(/asset "visual" is no image that can be read: .*unsupported image format/),
  });
});

test("all wrong parameters are told at once", async () => {
  await expect(preview({ assets: [], preview: "poster", size: 9 })).rejects.toThrow(
    /add-preview'\]\.assets: .*\n.*\.preview: .*\n.*\.size: /,
  );
});
