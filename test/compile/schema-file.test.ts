/** What tasks take, in the zip of the function that answers for the API, and read there. */
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { deployedSchemas } from "../../src/api/aws/deployed-schemas.ts";
import { makeSchemaFile } from "../../src/compile/serverless/schema-file.ts";
import { CONFIG, readAt, writeFolder } from "../project/project-folder.ts";

const TASK = `import { defineTask } from "cirrus-pipeline/task";
import * as z from "zod";
export const handler = defineTask({ name: "count", parameters: z.object({ limit: z.int().max(5) }), run() {} });
`;

/** As a project's `api` function is bundled; `served` is where the module lies that makes it the API. */
async function bundle(served: string) {
  const root = writeFolder({
    "cirrus.yml": CONFIG,
    "tasks/count/definition.yml": "lambda: {}\n",
    "tasks/count/handler.ts": TASK,
    "tasks/plain/definition.yml": "lambda: {}\n",
    "tasks/plain/handler.ts": "export const handler = async () => {};\n",
    "tasks/off/definition.yml": "enabled: false\nuses: count\n",
    [served]: "export const handler = () => 1;\n",
    "entry.ts": `export { handler } from "./${served}";\n`,
  });
  symlinkSync(resolve("node_modules"), join(root, "node_modules"));
  const folder = join(root, "zip");
  const { project } = readAt(root);
  await build({
    entryPoints: [join(root, "entry.ts")],
    outdir: join(root, "out"),
    bundle: true,
    format: "esm",
    logLevel: "silent",
    plugins: [makeSchemaFile(project, () => [{ processor: "x64", folder }])],
  });
  return folder;
}

test("The API's function knows the parameters of the tasks that are deployed", async () => {
  const schemas = deployedSchemas(await bundle("api/aws/lambda.ts"));
  expect(await schemas.schemaOf("count")).toMatchObject({ properties: { limit: { maximum: 5 } } });
  for (const name of ["plain", "off", "toString"]) expect(await schemas.schemaOf(name)).toBeUndefined();
});

test("No other function gets them", async () => {
  expect(existsSync(await bundle("other/lambda.ts"))).toBe(false);
});

test("A deployment without the file, or with a broken one, tells of no task", async () => {
  const folder = writeFolder({});
  expect(await deployedSchemas(folder).schemaOf("count")).toBeUndefined();
  writeFileSync(join(folder, "task-schemas.json"), "{");
  expect(await deployedSchemas(folder).schemaOf("count")).toBeUndefined();
});
