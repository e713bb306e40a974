import { readFile } from "node:fs/promises";
import { stableItems, testTask } from "cirrus-pipeline/testing";
import { expect, test } from "vitest";
import { handler } from "./handler.ts";

const example = JSON.parse(await readFile(new URL("payload.json", import.meta.url), "utf8"));

function withParameters(parameters: object) {
  const [definition] = example.process;
  return { ...example, process: [{ ...definition, tasks: Object.fromEntries([["__name__", parameters]]) }] };
}

test("every item gets the note", async () => {
  const ended = await testTask(handler, withParameters({ note: "Hello" }));
  expect(stableItems(ended)).toMatchObject([{ id: "scene-1", properties: { note: "Hello" } }]);
});

test("a parameter of the wrong kind makes the payload invalid", async () => {
  await expect(testTask(handler, withParameters({ note: 5 }))).rejects.toMatchObject({ name: "InvalidInput" });
});
