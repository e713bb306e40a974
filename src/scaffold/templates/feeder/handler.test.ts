import { testFeeder } from "cirrus-pipeline/testing";
import { expect, test } from "vitest";
import { handler } from "./handler.ts";

const event = { workflow: "publish-only", items: [{ id: "scene-1", collection: "scenes" }] };

test("every item becomes a payload of the workflow", async () => {
  const { payloads } = await testFeeder(handler, event);
  expect(payloads.map(({ id }) => id)).toEqual(["scenes/workflow-publish-only/scene-1"]);
});

test("a second run finds the same payloads, so that nothing is processed twice", async () => {
  expect(await testFeeder(handler, event)).toEqual(await testFeeder(handler, event));
});
