/** The AWS SDK in a bundle: what is not used is left out, and what is used stays as it is. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { afterAll, expect, test } from "vitest";
import { makeTrimAwsSdk, withPlainKeys } from "../../src/compile/serverless/trim-aws-sdk.ts";

const folder = mkdtempSync(join(tmpdir(), "cirrus-trim-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function bundled(name: string, contents: string, options: BuildOptions): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    stdin: { contents, resolveDir: resolve(import.meta.dirname, "../..") },
    bundle: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    outfile,
    ...options,
  });
  return outfile;
}

const trimmed = { plugins: [makeTrimAwsSdk()] };

test.each(["client-s3", "client-batch", "client-dynamodb"])("no table of %s is changed", async (client) => {
  const source = `export * from "./node_modules/@aws-sdk/${client}/dist-es/schemas/schemas_0.js";`;
  const tables = async (options: BuildOptions) => {
    const path = await bundled(`${client}-${"plugins" in options}`, source, options);
    const exported: Readonly<Record<string, unknown>> = await import(path);
    return JSON.parse(JSON.stringify(exported, (_key, value) => (typeof value === "function" ? `${value}` : value)));
  };
  const before = await tables({});
  expect(Object.keys(before).length).toBeGreaterThan(50);
  expect(await tables(trimmed)).toEqual(before);
});

test("operations of S3 that nobody calls are left out, and the client still says which version it is", async () => {
  const source = `export { S3Client, GetObjectCommand } from "@aws-sdk/client-s3";`;
  const path = await bundled("s3", source, { ...trimmed, minify: true });
  const text = readFileSync(path, "utf8");
  expect(text).toContain("GetObjectRequest");
  expect(text).not.toContain("GetBucketWebsiteRequest");
  expect(text).not.toContain("devDependencies");
  const { S3Client } = await import(path);
  const agent = await new S3Client({ region: "us-west-2" }).config.defaultUserAgentProvider();
  expect(agent).toContainEqual(["aws-sdk-js", expect.stringMatching(/^\d+\.\d+\.\d+/)]);
});

test("only keys that stand for a text are written out", () => {
  const module =
    'const _h = "http";\nconst _p = "__proto__";\nconst n = 1;\nexport var a = { [_h]: 1, [n]: 2, [_p]: 3, [b]: 4 };';
  expect(withPlainKeys(module).split("\n").at(-1)).toBe('export var a = { "http": 1, [n]: 2, [_p]: 3, [b]: 4 };');
});
