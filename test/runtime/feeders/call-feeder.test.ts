import { expect, test } from "vitest";
import type { Json } from "../../../src/json.ts";
import { makeCallFeeder } from "../../../src/runtime/feeders/call-feeder.ts";

const { signal } = new AbortController();

test("a feeder whose time was over is called again with the same event, until it has come to its end", async () => {
  const called: Json[] = [];
  const call = makeCallFeeder(async (_feeder, event) => {
    called.push(event);
    return { found: called.length, continues: called.length < 3 };
  });
  expect(await call("daily", { at: "noon" }, signal)).toBe(3);
  expect(called).toEqual([{ at: "noon" }, { at: "noon" }, { at: "noon" }]);
});

test("one that does not say what it found has found nothing, and what it throws is thrown", async () => {
  expect(await makeCallFeeder(async () => null)("daily", {}, signal)).toBe(0);
  const failing = makeCallFeeder(async () => {
    throw new Error("no such API");
  });
  await expect(failing("daily", {}, signal)).rejects.toThrow("no such API");
});
