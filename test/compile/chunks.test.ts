import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { makeChunks } from "../../src/compile/serverless/chunks.ts";
import { writeFolder } from "../project/project-folder.ts";

async function bundle(
  files: Readonly<Record<string, string>>,
): Promise<{ readonly root: string; readonly made: string[] }> {
  const root = writeFolder(files);
  await build({
    entryPoints: [join(root, "handler.ts")],
    outdir: join(root, "out"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "silent",
    plugins: [makeChunks()],
  });
  return { root, made: readdirSync(join(root, "out")).sort() };
}

test("what a handler imports when it is called for is a file of its own, called after the handler", async () => {
  const { root, made } = await bundle({
    "handler.ts": 'export const handler = async () => (await import("./late.ts")).late;',
    "late.ts": 'export const late = "called for";',
  });
  expect(made).toEqual([expect.stringMatching(/^handler\.\w{8}\.mjs$/), "handler.mjs"]);
  const { handler } = await import(pathToFileURL(join(root, "out/handler.mjs")).href);
  expect(await handler()).toBe("called for");
});

test("what only left out code would import is not in the bundle", async () => {
  const { made } = await bundle({
    "handler.ts": 'import { used } from "./clients.ts"; export const handler = () => used();',
    "clients.ts":
      'export const used = () => import("./used.ts"); export function unused() { return import("./unused.ts"); }',
    "used.ts": "export const used = 1;",
    "unused.ts": "export const unused = 1;",
  });
  expect(made).toHaveLength(2);
});
