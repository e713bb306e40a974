import { describe, expect, test } from "vitest";
import * as z from "zod";
import { defineTask, type Item } from "../../src/task/index.ts";
import { testTask } from "../../src/testing/index.ts";

const EO = "https://stac-extensions.github.io/eo/v1.1.0/schema.json";

const whole = {
  type: "Feature",
  stac_version: "1.1.0",
  stac_extensions: [EO],
  id: "a",
  collection: "c",
  geometry: { type: "Point", coordinates: [1, 2] },
  bbox: [1, 2, 1, 2],
  properties: { datetime: "2024-05-01T10:00:00Z" },
  links: [],
  assets: {},
};

function spoil(items: readonly Item[]): void {
  for (const item of items) item.properties["eo:cloud_cover"] = 120;
}

function task(run: (items: Item[]) => void, validate = true) {
  return defineTask({ name: "probe", parameters: z.object({}), validate, run: ({ items }) => run(items) });
}

function payload(features: readonly object[], definition: object = {}) {
  return { type: "FeatureCollection", features, process: [{ workflow: "w", ...definition }] };
}

describe("the items that a task ends with", () => {
  test("are held against STAC: the error names the task, the item, the path and the rule", async () => {
    await expect(testTask(task(spoil), payload([whole]))).rejects.toMatchObject({
      name: "InvalidItem",
      message: expect.stringMatching(
        /^Item a of the task probe is no valid STAC item: \$\.properties\['eo:cloud_cover'\]: found 120, expected at most 100\. Rule: https:.*maximum.*--no-validate\.$/,
      ),
    });
  });

  test("may be wrong where the task, or whoever runs it, says so", async () => {
    await testTask(task(spoil, false), payload([whole]));
    await testTask(task(spoil), payload([whole]), { environment: { CIRRUS_VALIDATE: "false" } });
  });

  test("are left alone while they are sparse: without stac_version", async () => {
    const { payload: ended } = await testTask(task(spoil), payload([{ id: "a", collection: "c" }]));
    expect(ended.features[0]?.properties).toEqual({ "eo:cloud_cover": 120 });
  });

  test("many problems of one are told in part, and counted", async () => {
    const links: unknown = Array.from({ length: 8 }, () => ({ href: "https://example.org", rel: "self", type: 5 }));
    const run = testTask(
      task((items) => {
        for (const item of items) item.links = links as Item["links"]; // wrong on purpose
      }),
      payload([whole]),
    );
    await expect(run).rejects.toThrow(/\$\.links\[4\]\.type: found 5, expected a text[^\n]*\nand 3 more/);
  });
});

describe("collections", () => {
  const matchers = [
    { type: "jsonpath", pattern: "$[?(@.id =~ '^a')]", collection_name: "first" },
    { type: "catch_all", collection_name: "rest" },
  ];

  test("are named when the run has ended, by what the items have become", async () => {
    const seen: unknown[] = [];
    const rename = task((items) => {
      for (const item of items) {
        seen.push(item.collection);
        item.id = `a${item.id}`;
      }
    });
    const { payload: ended } = await testTask(
      rename,
      payload([{ id: "b", collection: "c" }], { collection_matchers: matchers }),
    );
    expect(seen).toEqual(["c"]);
    expect(ended.features[0]?.collection).toBe("first");
  });

  test("a pattern that cannot be read ends the payload INVALID before the run", async () => {
    const broken = [{ type: "jsonpath", pattern: "$[?(", collection_name: "x" }];
    const run = testTask(
      task(() => expect.unreachable()),
      payload([{ id: "b", collection: "c" }], { collection_matchers: broken }),
    );
    await expect(run).rejects.toMatchObject({
      name: "InvalidInput",
      message: expect.stringContaining("collection_matchers[0]"),
    });
  });
});

test("what is stored during the run goes to the collection that the item ends in, by that collection's options", async () => {
  const store = defineTask({
    name: "probe",
    parameters: z.object({}),
    run: ({ items, assets }) => {
      for (const item of items) item.assets.data = { href: assets.locate(item, "data.tif").url };
    },
  });
  const definition = {
    upload_options: { path_template: `\${collection}/\${id}` },
    collection_matchers: [{ type: "catch_all", collection_name: "named" }],
    collection_options: { named: { upload_options: { path_template: `of/\${collection}/\${id}` } } },
  };
  const { payload: ended } = await testTask(store, payload([{ id: "b", collection: "c" }], definition));
  expect(ended.features[0]?.assets.data?.href).toBe("s3://cirrus-data/of/named/b/data.tif");
});
