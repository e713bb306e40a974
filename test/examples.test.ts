import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { parsePayload } from "../src/payload/payload.ts";
import { bindLocally } from "../src/project/local/local.ts";
import { readProject } from "../src/project/read-project.ts";
import { describeFile } from "../src/task/assets/checksum.ts";
import type { TaskHandler } from "../src/task/index.ts";
import { exampleObjects, readExample } from "./examples.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, "examples");
const { project, problems } = readProject(root, { env: {} });

const expectation = z.strictObject({
  workflow: z.string(),
  state: z.enum(["SUCCEEDED", "FAILED", "INVALID"]),
  error: z.string().optional(),
  chain: z.array(z.strictObject({ workflow: z.string(), state: z.literal("SUCCEEDED") })).optional(),
});
const expected = z
  .record(z.string(), expectation)
  .parse(JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")));
const files = readdirSync(folder).filter((name) => name.endsWith(".json") && name !== "expected.json");

describe("the examples", () => {
  test("each says how it ends, and nothing else does", () => {
    expect(Object.keys(expected).sort()).toEqual(files.sort());
  });

  test.each(files)("%s is a valid payload of a workflow that is there", async (file) => {
    const parsed = parsePayload(await readExample(file));
    if (!("payload" in parsed)) throw new Error(JSON.stringify(parsed.problems));
    const [first, ...next] = parsed.payload.process;
    expect(first.workflow).toBe(expected[file]?.workflow);
    expect(next.flat().map(({ workflow }) => workflow)).toEqual(
      (expected[file]?.chain ?? []).map(({ workflow }) => workflow),
    );
    for (const definition of [first, ...next.flat()])
      expect([...project.workflows.keys()]).toContain(definition.workflow);
  });

  test("no two of them, nor what they chain to, share a payload ID", async () => {
    const payloads = await Promise.all(files.map(readExample));
    const ids = payloads.flatMap(({ features, process }) =>
      process.flat().map(({ workflow }) => `${workflow}/${features.map(({ id }) => id).join("/")}`),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("every asset is a file beside them with the size and checksum of its item, but for the one that is cut off", async () => {
    const wrong: string[] = [];
    for (const file of files) {
      for (const item of (await readExample(file)).features) {
        const self = item.links.find(({ rel }) => rel === "self")?.href ?? "";
        for (const { href, ...asset } of Object.values(item.assets)) {
          const url = new URL(href, self).href;
          const path = Object.entries(exampleObjects).find(([object]) => object === url)?.[1];
          if (path === undefined) throw new Error(`${file}: ${url} is no file under examples/assets`);
          if ((await describeFile(path))["file:checksum"] !== asset["file:checksum"]) wrong.push(file);
        }
      }
    }
    expect(wrong).toEqual(["fails-truncated-asset.json"]);
  });

  test("they stay below 2 MB, so that a clone stays quick", () => {
    const sizes = Object.values(exampleObjects).map((path) => statSync(path).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_000_000);
  });
});

describe("the package's own components", () => {
  test("are read and bound to one machine without a problem", () => {
    expect(problems).toEqual([]);
    expect(bindLocally(project, { environment: {} }).problems).toEqual([]);
  });

  test.each([...project.workflows.keys()])("the workflow %s has a payload of its own to try it with", (name) => {
    const payload: unknown = JSON.parse(readFileSync(join(root, "workflows", name, "payload.json"), "utf8"));
    expect(parsePayload(payload)).toMatchObject({ payload: { process: [{ workflow: name }] } });
  });

  test.each([...project.tasks.values()])(
    "the handler of the task $name has the name and the description of its definition",
    async (task) => {
      // What the tests of each task use as a handler is one.
      const { handler } = (await import(join(task.directory, "handler.ts"))) as { handler: TaskHandler };
      expect(handler.task).toMatchObject({ name: task.name, description: task.description });
    },
  );
});
