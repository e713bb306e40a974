// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates are written so
/** `cirrus payload validate`: what can be said of items and of where their files would go, before anything runs. */
import { expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { cirrus } from "./cirrus.ts";
import { featureOf, payloadText, temporaryProject, writeFiles } from "./temporary-project.ts";

const validate = async (files: Readonly<Record<string, string>>) => {
  const cwd = temporaryProject();
  writeFiles(cwd, files);
  return await cirrus(["payload", "validate", ...Object.keys(files)], { cwd });
};

test("an item alone is a payload, as where it is run, and is checked as an item", async () => {
  const item = JSON.stringify(featureOf("a"));
  const alone = await validate({ "item.json": item });
  expect(alone).toMatchObject({ code: EXIT.ok, stdout: "" });
  expect(alone.stderr).toContain("item.json is a STAC item: which workflow runs is named with it, npx cirrus run");
  const wrong = await validate({ "item.json": item, "bad.json": JSON.stringify({ ...featureOf("b"), assets: 7 }) });
  expect(wrong.code).toBe(EXIT.config);
  expect(wrong.stderr).toContain("bad.json $.features[0].assets: found 7");
  expect(wrong.stderr).not.toContain("item.json $");
});

test("what a path template asks for and items lack is told with its place, once for all of them", async () => {
  const upload_options = { path_template: "${collection}/${eo:cloud_cover}" };
  const features = [featureOf("a"), featureOf("b")];
  const { code, stderr } = await validate({
    "payload.json": payloadText("mirror", "a", { features, process: [{ workflow: "mirror", upload_options }] }),
  });
  expect(code, stderr).toBe(EXIT.ok);
  expect(stderr).toContain("warning: A task that uploads fails with these items");
  expect(stderr).toMatch(
    /payload\.json \$\.process\[0\]\.upload_options\.path_template: item "a" and 1 more, path template .*: the item has no eo:cloud_cover/,
  );
  expect(stderr).toContain("It is a process payload.");
});
