import { cpSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { makeChunks } from "../../src/compile/serverless/chunks.ts";
import { makeNativePackages } from "../../src/compile/serverless/native-packages.ts";
import { exampleObjects } from "../examples.ts";
import { writeFolder } from "../project/project-folder.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const RED = "s3://cirrus-dev-data/examples/assets/LC08_L1TP_224078_20200518_20200518_01_RT/red.tif";

test("GDAL starts in its thread from what a Lambda's zip holds of it", async () => {
  const root = writeFolder({
    "handler.ts": `
      import { makeCog } from ${JSON.stringify(join(ROOT, "src/raster/index.ts"))};
      export const handler = async (path) => makeCog(path, "cog");`,
  });
  const zip = join(root, "zip");
  await build({
    entryPoints: [join(root, "handler.ts")],
    outdir: zip,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    keepNames: true,
    format: "esm",
    platform: "node",
    logLevel: "silent",
    plugins: [
      makeChunks(),
      makeNativePackages({ external: [], functionsOf: () => [{ processor: "arm64", folder: zip }] }),
    ],
  });
  const data = join(root, "data");
  mkdirSync(data);
  cpSync(exampleObjects[RED] ?? "", join(data, "red.tif"));
  const { handler } = await import(pathToFileURL(join(zip, "handler.mjs")).href);
  expect(await handler(join(data, "red.tif"))).toMatchObject({ shape: [465, 510], code: "EPSG:32621" });
});
