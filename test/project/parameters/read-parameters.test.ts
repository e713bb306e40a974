/** Parameters of components as JSON Schema: real handlers, loaded in a real process. */
import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { askSchemas } from "../../../src/embedded/schemas/ask-schemas.ts";
import { readAllParameters, readParameters } from "../../../src/project/parameters/read-parameters.ts";
import { describeUnloaded, findUnloadedHandlers } from "../../../src/project/parameters/unloaded-handlers.ts";
import { CONFIG, readAt, writeFolder } from "../project-folder.ts";

const TASK = `
import { defineTask } from "cirrus-pipeline/task";
import * as z from "zod";
import { LIMIT } from "./limit.ts";
export const handler = defineTask({
  name: "count",
  parameters: z.object({ limit: z.int().max(LIMIT).default(3).describe("Most that are counted"), odd: z.custom(() => true) }),
  run() {},
});
`;

/** With the packages of this checkout, as an installed project has them. */
function makeProject(files: Readonly<Record<string, string>>) {
  const root = writeFolder({ "cirrus.yml": CONFIG, ...files });
  symlinkSync(resolve("node_modules"), join(root, "node_modules"));
  return { root, read: () => readAt(root).project };
}

const COUNT = {
  "tasks/count/definition.yml": "lambda: {}\n",
  "tasks/count/handler.ts": TASK,
  "tasks/count/limit.ts": "export const LIMIT = 10;\n",
};

test("A task's parameters are what a process definition may say, and what has no words in JSON Schema is left open", async () => {
  const { read } = makeProject(COUNT);
  const project = read();
  const schemas = await readAllParameters(project.tasks.values());
  expect([...schemas.values()]).toEqual([
    expect.objectContaining({
      type: "object",
      properties: {
        limit: {
          type: "integer",
          default: 3,
          maximum: 10,
          minimum: expect.any(Number),
          description: "Most that are counted",
        },
        odd: {},
      },
    }),
  ]);
});

test("A schema is remembered until a file changes that it is made of", async () => {
  const { root, read } = makeProject(COUNT);
  const project = read();
  const task = project.tasks.get("count");
  if (task === undefined) throw new Error("no task");
  const limit = async () => Object(await readParameters(task)).properties.limit.maximum;
  expect(await limit()).toBe(10);
  const [kept = ""] = readdirSync(join(root, ".cirrus/schemas"));
  const path = join(root, ".cirrus/schemas", kept);
  expect(existsSync(path)).toBe(true);

  writeFileSync(join(root, "tasks/count/limit.ts"), "export const LIMIT = 20;\n");
  expect(await limit()).toBe(20);
  rmSync(path);
  expect(await limit()).toBe(20);
});

test("Handlers that cannot tell leave the others their schemas", async () => {
  const { read } = makeProject({
    ...COUNT,
    "tasks/broken/definition.yml": "lambda: {}\n",
    "tasks/broken/handler.ts": "throw new Error('no');\n",
    "tasks/ends/definition.yml": "lambda: {}\n",
    "tasks/ends/handler.ts": "process.exit(3);\n",
    "tasks/plain/definition.yml": "lambda: {}\n",
    "tasks/plain/handler.ts": "export const handler = async () => {};\n",
  });
  const project = read();
  const schemas = await readAllParameters([...project.tasks.values()].reverse());
  expect([...schemas.keys()].map(({ name }) => name)).toEqual(["count"]);
});

test("Why handlers could not be loaded is said with their files, and once where all of them miss the same package", async () => {
  const needs = (name: string) => `import "${name}";\nexport const handler = async () => {};\n`;
  const { read } = makeProject({
    ...COUNT,
    "tasks/broken/definition.yml": "lambda: {}\n",
    "tasks/broken/handler.ts": "throw new Error('no key');\n",
    "tasks/one/definition.yml": "lambda: {}\n",
    "tasks/one/handler.ts": needs("@maps/not-there/deep.js"),
    "feeders/two/definition.yml": "lambda: {}\n",
    "feeders/two/handler.ts": needs("@maps/not-there"),
    "tasks/three/definition.yml": "lambda: {}\n",
    "tasks/three/handler.ts": needs("other-not-there"),
  });
  expect(describeUnloaded(await findUnloadedHandlers(read()))).toEqual([
    "tasks/broken/handler.ts could not be loaded, so what is said to it was not checked: no key.",
    "2 handlers could not be loaded, so what is said to them was not checked (tasks/one/handler.ts, feeders/two/handler.ts): the package @maps/not-there is not installed. Run npm install, or npm install @maps/not-there where package.json does not name it.",
    "tasks/three/handler.ts could not be loaded, so what is said to it was not checked: the package other-not-there is not installed. Run npm install, or npm install other-not-there where package.json does not name it.",
  ]);
});

test("Of many handlers that miss one package a few are named", () => {
  const handlers = ["a", "b", "c", "d", "e"].map((name) => {
    const file = `tasks/${name}/handler.ts`;
    return { file, reason: `Cannot find package 'cirrus-pipeline' imported from ${file}` };
  });
  expect(describeUnloaded(handlers)).toEqual([
    "5 handlers could not be loaded, so what is said to them was not checked (tasks/a/handler.ts, tasks/b/handler.ts, tasks/c/handler.ts and 2 more): the package cirrus-pipeline is not installed. Run npm install, or npm install cirrus-pipeline where package.json does not name it.",
  ]);
});

test("A module that never ends loading is given up, and said so", async () => {
  const { root } = makeProject({ "tasks/endless/handler.ts": "while (true);\n" });
  const asked = [{ directory: join(root, "tasks/endless"), handler: "handler.handler" }];
  const told = await askSchemas(asked, { environment: {}, patienceMs: 500 });
  expect(told).toEqual([{ index: 0, reason: "it was not loaded within 0.5 s", files: [] }]);
});
