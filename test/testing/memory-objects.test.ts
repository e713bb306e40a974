import { expect, test } from "vitest";
import { makeMemoryObjects } from "../../src/testing/memory-objects.ts";
import { describeObjectStore } from "../contracts/object-store.ts";

describeObjectStore("Memory", () => ({ store: makeMemoryObjects(), close() {} }));

test("an object keeps the headers that it was stored with", async () => {
  const objects = makeMemoryObjects();
  await objects.put("s3://data/a.json", "{}", {
    contentType: "application/json",
    headers: { "Cache-Control": "no-cache" },
  });
  expect(objects.all.get("s3://data/a.json")?.headers).toEqual({
    "cache-control": "no-cache",
    "content-type": "application/json",
  });
});

test("what a task does with what it has read changes nothing that is stored", async () => {
  const objects = makeMemoryObjects();
  await objects.put("s3://data/a.txt", "abc");
  const first = await objects.get("s3://data/a.txt");
  if (first.outcome === "found") first.body[0] = 0;
  const second = await objects.get("s3://data/a.txt");
  expect(second.outcome === "found" && Buffer.from(second.body).toString()).toBe("abc");
});
