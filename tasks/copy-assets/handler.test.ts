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
