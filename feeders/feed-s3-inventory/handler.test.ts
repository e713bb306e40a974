import { gzipSync } from "node:zlib";
import type { ObjectUrl } from "cirrus-pipeline/feeder";
import { expect, test } from "vitest";
import { BUCKET, CSV_COLUMNS, csv, FOLDER, inventory, type Listed, parquet } from "../../test/feeder/inventories.ts";
import { itemIds, runFeeder } from "../../test/feeder/run-feeder.ts";
import { handler } from "./handler.ts";

const SCENES: readonly Listed[] = [
  { key: "az/2021/60cm/rgbir/31109/m_3110915_ne.tif", size: 471_859_200 },
  { key: "az/2021/60cm/rgbir/31109/" },
  { key: "az/2021/60cm/fgdc/31109/m_3110915_ne.txt" },
  { key: "ca/2022/60 cm/rgbir/ü+1/m_3211601_se.tif", modified: "2030-01-20T00:00:00.000Z" },
  { key: "ca/2022/old/m_1.tif", latest: false },
  { key: "ca/2022/gone/m_2.tif", deleted: true },
];

const event = { inventory_url: FOLDER, workflow: "mirror", collection: "naip", suffix: ".tif" };
const both = [
  ["CSV", csv],
  ["Parquet", parquet],
] as const;

test.each(both)(
  "of %s every object becomes the asset of an item, but for versions that are gone",
  async (format, write) => {
    const fed = await runFeeder(handler, event, { objects: inventory(format, [write(SCENES)]) });
    expect(fed.thrown).toBeUndefined();
    expect(fed.payloads.map(({ features }) => features[0])).toEqual([
      expect.objectContaining({
        id: "az-2021-60cm-rgbir-31109",
        collection: "naip",
        assets: { tif: { href: `s3://${BUCKET}/az/2021/60cm/rgbir/31109/m_3110915_ne.tif`, "file:size": 471_859_200 } },
      }),
      expect.objectContaining({
        id: "ca-2022-60 cm-rgbir-ü+1",
        assets: { tif: { href: `s3://${BUCKET}/ca/2022/60 cm/rgbir/ü+1/m_3211601_se.tif`, "file:size": 10 } },
      }),
    ]);
    expect(fed.payloads[0]?.process).toEqual([{ workflow: "mirror" }]);
  },
);

test.each(both)("of %s the days from start_date to end_date are taken, both included", async (format, write) => {
  const days = ["2030-01-09T23:59:59.999Z", "2030-01-10T00:00:00Z", "2030-01-12T23:59:59Z", "2030-01-13T00:00:00Z"];
  const listed = days.map((modified) => ({ key: `${modified.slice(0, 10)}/a.tif`, modified }));
  const fed = await runFeeder(
    handler,
    { ...event, start_date: "2030-01-10", end_date: "2030-01-12T00:00:00Z" },
    { objects: inventory(format, [write(listed)]) },
  );
  expect(itemIds(fed)).toEqual(["2030-01-10", "2030-01-12"]);
});

test("the day can be in the key, as Python writes such an expression, and becomes the item's datetime", async () => {
  const listed = ["tiles/2022/6/1/B04.tif", "tiles/2021/12/31/B04.tif", "other/B04.tif"].map((key) => ({ key }));
  const datetime_regex = String.raw`tiles/(?P<Y>\d{4})/(?P<m>\d+)/(?P<d>\d+)/`;
  const fed = await runFeeder(
    handler,
    { ...event, datetime_regex, start_date: "2022-01-01" },
    { objects: inventory("CSV", [csv(listed)]) },
  );
  expect(fed.payloads.map(({ features }) => features[0])).toEqual([
    expect.objectContaining({ id: "tiles-2022-6-1", properties: { datetime: "2022-06-01T00:00:00Z" } }),
  ]);
});

test("prefix, base_url and items that are named after their objects", async () => {
  const fed = await runFeeder(
    handler,
    { ...event, prefix: "az/", suffix: undefined, item_id: "file", base_url: "https://data.example.org" },
    { objects: inventory("CSV", [csv(SCENES)]) },
  );
  expect(fed.payloads.map(({ features }) => features[0])).toEqual([
    expect.objectContaining({ id: "az-2021-60cm-rgbir-31109-m_3110915_ne" }),
    expect.objectContaining({
      id: "az-2021-60cm-fgdc-31109-m_3110915_ne",
      assets: {
        txt: expect.objectContaining({
          href: `https://data.example.org/${BUCKET}/az/2021/60cm/fgdc/31109/m_3110915_ne.txt`,
        }),
      },
    }),
  ]);
});

test("objects of one folder that become one item are told of", async () => {
  const listed = [1, 2, 3].map((number) => ({ key: `scene/B0${number}.tif` }));
  const fed = await runFeeder(handler, event, { objects: inventory("CSV", [csv(listed)]) });
  expect(fed.warnings).toEqual([expect.stringContaining("only one of each is processed")]);
});

test("objects that are STAC items are read; those that are gone by now are left out", async () => {
  const listed = [{ key: "a.json" }, { key: "gone.json" }];
  const fed = await runFeeder(
    handler,
    { inventory_url: FOLDER, workflow: "mirror", read_items: true },
    {
      objects: {
        ...inventory("CSV", [csv(listed)]),
        [`s3://${BUCKET}/a.json`]: JSON.stringify({ type: "Feature", id: "A", collection: "naip", links: [] }),
      },
    },
  );
  expect(fed.payloads.map(({ id }) => id)).toEqual(["naip/workflow-mirror/A"]);
  expect(fed.payloads[0]?.features[0]?.links).toEqual([{ rel: "self", href: `s3://${BUCKET}/a.json` }]);
});

test("of a folder the newest inventory is read, and a run that goes on stays with its own", async () => {
  const objects = {
    ...inventory("CSV", [csv([{ key: "old-1/a.tif" }]), csv([{ key: "old-2/a.tif" }])], { time: "2030-01-15T01-00Z" }),
    ...inventory("CSV", [csv([{ key: "new/a.tif" }])], { time: "2030-01-16T01-00Z" }),
  };
  expect(itemIds(await runFeeder(handler, event, { objects }))).toEqual(["new"]);
  const root = FOLDER.replace("s3://inventories/", "");
  const position = {
    manifest: `${FOLDER}/2030-01-15T01-00Z/manifest.json`,
    file: `s3://inventories/${root}/data/2030-01-15T01-00Z-1.csv.gz`,
    row: 0,
  };
  expect(itemIds(await runFeeder(handler, event, { objects, position }))).toEqual(["old-2"]);
  // The file that it would go on with was removed: no later run could.
  const { [position.file as ObjectUrl]: _removed, ...left } = objects as Record<ObjectUrl, string>;
  expect(itemIds(await runFeeder(handler, event, { objects: left, position }))).toEqual(["new"]);
});

test("a manifest, or single files with the names of their columns, can be named too", async () => {
  const objects = {
    ...inventory("CSV", [csv([{ key: "a/a.tif" }])]),
    "s3://own/list.csv": `naip,b/b.tif\nnaip,c/c%2B1.tif\n`,
    "s3://own/list.parquet": parquet([{ key: "d/d.tif" }]),
  } as const;
  const manifest = `${FOLDER}/2030-01-16T01-00Z/manifest.json`;
  expect(itemIds(await runFeeder(handler, { ...event, inventory_url: manifest }, { objects }))).toEqual(["a"]);
  const inventory_files = ["s3://own/list.csv", "s3://own/list.parquet"];
  const named = { ...event, inventory_url: undefined, inventory_files, keys: ["Bucket", "Key"] };
  expect(itemIds(await runFeeder(handler, named, { objects }))).toEqual(["b", "c", "d"]);
});

test("max_batches limits the files that are read", async () => {
  const files = Array.from({ length: 5 }, (_, number) => csv([{ key: `${number}/a.tif` }]));
  const fed = await runFeeder(
    handler,
    { ...event, batch_size: 2, max_batches: 1 },
    { objects: inventory("CSV", files) },
  );
  expect(itemIds(fed)).toEqual(["0", "1"]);
});

test.each([
  ["collection", { collection: "c" }, "c"],
  ["collections of the process definition", { process: [{ workflow: "w", collections: "d" }] }, "d"],
  ["input_collections of one from Cirrus 0.x", { process: { workflow: "w", input_collections: ["e"] } }, "e"],
])("the items' collection is that of %s", async (_where, given, collection) => {
  const { collection: _none, workflow, ...rest } = event;
  const asked = "process" in given ? { ...rest, ...given } : { ...rest, workflow, ...given };
  const fed = await runFeeder(handler, asked, { objects: inventory("CSV", [csv(SCENES)]) });
  expect(fed.payloads[0]?.features[0]?.collection).toBe(collection);
});

test.each(both)("a run over %s that was killed goes on near there, and misses nothing", async (format, write) => {
  const files = ["a", "b"].map((name) =>
    write(
      Array.from({ length: 1_300 }, (_, number) => ({ key: `${name}/${number}/x.tif` })),
      700,
    ),
  );
  const objects = inventory(format, files);
  for (const dieAfter of [500, 1_200, 2_400]) {
    const first = await runFeeder(handler, event, { objects, dieAfter });
    expect(first.thrown).toMatchObject({ message: "died" });
    const position = first.reached ?? null;
    const second = await runFeeder(handler, event, { objects, position });
    const ids = [...itemIds(first), ...itemIds(second)];
    expect(new Set(ids).size).toBe(2_600);
    expect(ids.length).toBeLessThan(2_600 + 1_100);
  }
});

const whole = csv(SCENES);

test.each([
  [
    "an inventory as ORC",
    inventory("ORC", [Buffer.from("ORC")]),
    "is an inventory in the format ORC, which is not read",
  ],
  ["a folder without inventories", {}, `There is no inventory below ${FOLDER}/`],
  [
    "a manifest that is something else",
    { [`${FOLDER}/2030-01-16T01-00Z/manifest.json`]: '{"files": 3}' },
    "is no manifest of an inventory: ✖ Invalid input",
  ],
  [
    "a manifest that is HTML",
    { [`${FOLDER}/2030-01-16T01-00Z/manifest.json`]: "<html>" },
    "is no manifest of an inventory",
  ],
  [
    "files that are gone",
    {
      [`${FOLDER}/2030-01-16T01-00Z/manifest.json`]: String(
        inventory("CSV", [whole])[`${FOLDER}/2030-01-16T01-00Z/manifest.json`],
      ),
    },
    "There is no inventory file s3://inventories/",
  ],
  [
    "Parquet that is none",
    inventory("Parquet", [Buffer.from("PAR1 and then something else, PAR1")]),
    "cannot be read as Parquet",
  ],
  [
    "CSV with other columns",
    inventory("CSV", [gzipSync("a,b,c\n")]),
    `has 3 values in row 1, and ${CSV_COLUMNS.split(",").length} columns were named`,
  ],
  ["CSV with a quote too many", inventory("CSV", [gzipSync('"a","b\n')]), "is no CSV, after row 0"],
  [
    "a row without an end",
    inventory("CSV", [gzipSync(Buffer.alloc(1e6, "a"))]),
    "is no CSV, after row 0: Max Record Size",
  ],
  ["gzip that is cut off", inventory("CSV", [whole.subarray(0, -30)]), "ends in the middle of its gzip data"],
  [
    "gzip that is damaged",
    inventory("CSV", [Buffer.concat([whole.subarray(0, 20), Buffer.alloc(60), whole.subarray(80)])]),
    "is no gzip file or is damaged",
  ],
])("%s: the error says so", async (_what, objects, message) => {
  const { thrown } = await runFeeder(handler, { ...event, suffix: undefined }, { objects });
  expect(String(thrown)).toContain(message);
});

test("a file that is not what its manifest says is told of", async () => {
  const objects = inventory("CSV", [whole]);
  const [[url] = []] = Object.entries(objects).filter(([name]) => name.endsWith(".csv.gz"));
  const other = csv([...SCENES.slice(1), { ...SCENES[0], key: "az/2021/60cm/rgbir/31109/m_3110915_nX.tif" }]);
  const longer = await runFeeder(handler, event, {
    objects: { ...objects, [String(url)]: Buffer.concat([whole, whole]) },
  });
  expect(String(longer.thrown)).toMatch(/has \d+ bytes, and its manifest says \d+/);
  const manifest = `${FOLDER}/2030-01-16T01-00Z/manifest.json`;
  const resized = String(objects[manifest as keyof typeof objects]).replace(/"size":\d+/, `"size":${other.length}`);
  const changed = await runFeeder(handler, event, {
    objects: { ...objects, [String(url)]: other, [manifest]: resized },
  });
  expect(String(changed.thrown)).toMatch(/has the MD5 [0-9a-f]{32}, and its manifest says [0-9a-f]{32}/);
});

test.each([
  [
    "neither place of an inventory",
    { ...event, inventory_url: undefined },
    "One of inventory_url and inventory_files is needed",
  ],
  [
    "a file of no known format",
    { ...event, inventory_url: undefined, inventory_files: ["s3://own/list"] },
    "has no ending that tells its format",
  ],
  ["no collection", { ...event, collection: undefined }, "$.collection: found nothing"],
  ["an expression that is none", { ...event, datetime_regex: "(" }, "$.datetime_regex: Invalid regular expression"],
  [
    "an expression without a year",
    { ...event, datetime_regex: "(?<m>1)(?<d>2)" },
    "$.datetime_regex: it has no group named Y",
  ],
  [
    "days of a column that is not there",
    { ...event, start_date: "2030-01-01", datetime_key: "Created" },
    "no time in its column Created",
  ],
])("%s: the error says so", async (_what, asked, message) => {
  const { thrown } = await runFeeder(handler, asked, { objects: inventory("CSV", [whole]) });
  expect(thrown).toMatchObject({ name: "InvalidInput", message: expect.stringContaining(message) });
});
