import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testTask } from "cirrus-pipeline/testing";
import { expect, test } from "vitest";
import { exampleObjects, readExample } from "../../test/examples.ts";
import { handler } from "./handler.ts";

const example = await readExample("publish-only.json");

function copy(parameters: object, environment: object = {}) {
  const process = [
    {
      workflow: "w",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a path template
      upload_options: { path_template: "copies/${id}", s3_urls: true },
      tasks: { "copy-assets": parameters },
    },
  ];
  return testTask(handler, { ...example, process }, { objects: exampleObjects, environment });
}

test("every asset of every item lies in the data bucket afterwards, byte for byte", async () => {
  const { payload, written, read } = await copy({});
  const [item] = payload.features;
  expect(written).toEqual([
    `s3://cirrus-data/copies/${item?.id}/red.tif`,
    `s3://cirrus-data/copies/${item?.id}/visual.tif`,
  ]);
  expect(item?.assets.red?.href).toBe(written[0]);
  expect(await read(written[0] ?? "")).toHaveLength(Number(item?.assets.red?.["file:size"]));
});

test("an asset keeps its own members, and the checksum is that of the example's file", async () => {
  const before = example.features[0]?.assets.visual;
  const { payload } = await copy({ assets: ["visual"] });
  expect(payload.features[0]?.assets.visual).toEqual({ ...before, href: expect.stringMatching(/^s3:\/\/cirrus-data/) });
});

test.each([
  ["nothing of a copied asset stays on the disk: a scene has more than fits", undefined, 0],
  ["what is not uploaded stays where the item says it is", "false", 2],
])("%s", async (_title, upload, files) => {
  const workdir = await mkdtemp(join(tmpdir(), "copy-assets-test-"));
  try {
    await copy({}, { CIRRUS_WORKDIR: workdir, CIRRUS_UPLOAD: upload });
    const entries = await readdir(workdir, { recursive: true, withFileTypes: true });
    expect(entries.filter((entry) => entry.isFile())).toHaveLength(files);
  } finally {
    await rm(workdir, { recursive: true });
  }
});

test("every item of a payload is treated, and each has a place of its own", async () => {
  const [item] = example.features;
  const features = ["one", "two"].map((id) => ({ ...structuredClone(item), id }));
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a path template
  const upload_options = { path_template: "copies/${id}", s3_urls: true };
  const process = [{ workflow: "w", upload_options, tasks: { "copy-assets": { assets: ["red"], concurrency: 1 } } }];
  const { payload, written } = await testTask(
    handler,
    { ...example, id: undefined, features, process },
    { objects: exampleObjects },
  );
  expect(written).toEqual(["s3://cirrus-data/copies/one/red.tif", "s3://cirrus-data/copies/two/red.tif"]);
  expect(payload.features.map(({ assets }) => assets.red?.href)).toEqual(written);
});

test("a file that is not what its item says is not copied", async () => {
  const broken = await readExample("fails-truncated-asset.json");
  const process = [{ workflow: "w", tasks: { "copy-assets": {} } }];
  await expect(testTask(handler, { ...broken, process }, { objects: exampleObjects })).rejects.toMatchObject({
    name: "AssetUnreadable",
    message: expect.stringMatching(/^Item LC08.*, asset "visual": s3:.* has 60000 bytes, and file:size .* says 441074/),
  });
});

test("an asset that is not there, and a template that cannot be filled, each say what to do", async () => {
  const [item] = example.features;
  const gone = { ...item, assets: { red: { href: "s3://cirrus-dev-data/gone.tif" } } };
  const run = (path_template: string) =>
    testTask(handler, {
      ...example,
      features: [gone],
      process: [{ workflow: "w", upload_options: { path_template } }],
    });
  await expect(run("x")).rejects.toMatchObject({
    name: "AssetUnavailable",
    message: expect.stringMatching(
      /asset "red": s3:\/\/cirrus-dev-data\/gone\.tif does not exist\. Check the asset's href/,
    ),
  });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a path template
  await expect(run("${orbit}")).rejects.toMatchObject({
    name: "InvalidInput",
    message: expect.stringMatching(/the item has no orbit\. Add it to the item, or write a stand-in/),
  });
});

test("only the assets that are named are copied, the others stay where they were", async () => {
  const { payload, written } = await copy({ assets: ["visual"] });
  expect(written).toHaveLength(1);
  expect(payload.features[0]?.assets.red?.href).toBe(example.features[0]?.assets.red?.href);
});

test("dropped assets are gone from the item and are not copied", async () => {
  const { payload, written } = await copy({ assets: "ALL", drop_assets: ["red"] });
  expect(Object.keys(payload.features[0]?.assets ?? {})).toEqual(["visual"]);
  expect(written).toHaveLength(1);
});

test("an asset that the item does not have is the payload's fault, and the message lists what it has", async () => {
  await expect(copy({ assets: ["nir"] })).rejects.toMatchObject({
    name: "InvalidInput",
    message: expect.stringMatching(/has no asset "nir"; it has visual, red/),
  });
});
