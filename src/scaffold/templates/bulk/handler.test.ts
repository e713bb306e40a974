import { testWorker } from "cirrus-pipeline/testing";
import { expect, test } from "vitest";
import { handler } from "./handler.ts";

test("the characters of the text are counted", async () => {
  expect(await testWorker(handler, { text: "Hello" })).toEqual({ outcome: "done", result: { characters: 5 } });
});

test("other data can never succeed", async () => {
  expect(await testWorker(handler, { text: 5 })).toMatchObject({ outcome: "failed" });
});
