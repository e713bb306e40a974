// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates are written so
/** What is found of a payload's uploads by its items alone. */
import { expect, test } from "vitest";
import { checkUploads } from "../../src/cli/payload/check-uploads.ts";
import { locate } from "../../src/errors.ts";
import { parsePayload } from "../../src/payload/payload.ts";
import { featureOf } from "./temporary-project.ts";

async function find(definition: object, features: readonly object[] = [featureOf("a")], next: readonly object[] = []) {
  const process = [{ workflow: "mirror", ...definition }, ...next];
  const parsed = parsePayload({ type: "FeatureCollection", features, process });
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  const { problems, warnings } = await checkUploads(parsed.payload);
  return {
    problems: problems.map((one) => `${locate(one)}: ${one.message}`),
    warnings: warnings.map((one) => `${locate(one)}: ${one.message}`),
  };
}

const NOTHING = { problems: [], warnings: [] };
const homeless = { ...featureOf("b"), collection: undefined };
const toCatchAll = { collection_matchers: [{ type: "catch_all", collection_name: "maps" }] };

test("items that have what their folder is made of are fine, also in a collection that a matcher gives them", async () => {
  expect(await find({})).toEqual(NOTHING);
  expect(await find({ upload_options: { path_template: "s3://maps/${collection}/${gsd?any}" } })).toEqual(NOTHING);
  expect(await find(toCatchAll, [homeless])).toEqual(NOTHING);
});

test("an item without collection has no folder, unless a template asks for none", async () => {
  expect((await find({}, [featureOf("a"), homeless])).warnings).toEqual([
    expect.stringMatching(/^\$\.features\[1\]: item "b", path template .*: the item has no collection$/),
  ]);
  expect(await find({ upload_options: { path_template: "${id}" } }, [homeless])).toEqual(NOTHING);
});

test("the template of the collection that an item ends in is the one that counts", async () => {
  const options = { maps: { upload_options: { path_template: "${collection}/${gsd}" } } };
  expect(await find({ collection_options: options })).toEqual(NOTHING);
  expect((await find({ ...toCatchAll, collection_options: options })).warnings).toEqual([
    '$.process[0].collection_options.maps.upload_options.path_template: item "a", path template "${collection}/${gsd}": the item has no gsd',
  ]);
});

test("upload options of a collection are refused as those of the payload are, also in a chain", async () => {
  const bad = (upload: unknown) => ({ collection_options: { maps: { upload_options: upload } } });
  const next = { workflow: "publish-only", ...bad({ s3_urls: "yes" }) };
  expect((await find(bad({ path_template: 7, public_assets: "thumbnail" }), undefined, [next])).problems).toEqual([
    expect.stringMatching(
      /^\$\.process\[0\]\.collection_options\.maps\.upload_options\.path_template: found 7, expected /,
    ),
    expect.stringMatching(
      /^\$\.process\[0\]\.collection_options\.maps\.upload_options\.public_assets: found "thumbnail"/,
    ),
    expect.stringMatching(/^\$\.process\[1\]\.collection_options\.maps\.upload_options\.s3_urls: found "yes"/),
  ]);
  expect((await find(bad("maps/${id}"))).problems).toHaveLength(1);
});

test("a matcher that no task could read is a problem at its place", async () => {
  const matcher = { type: "jsonpath", pattern: "$[?(", collection_name: "maps" };
  expect((await find({ collection_matchers: [matcher] })).problems).toEqual([
    expect.stringMatching(
      /^\$\.process\[0\]\.collection_matchers\[0\]\.pattern: The pattern "\$\[\?\(" cannot be read/,
    ),
  ]);
});
