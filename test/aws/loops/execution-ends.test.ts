import { expect, test } from "vitest";
import { makeExecutionEnds } from "../../../src/aws/loops/execution-ends.ts";
import type { ExecutionEnd } from "../../../src/loop/loop-execution.ts";
import { payloadUrls } from "../../../src/payload/object-urls.ts";
import { makeMemoryObjects } from "../../../src/testing/memory-objects.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";

const urls = payloadUrls({ bucket: "payloads", prefix: "cirrus" }).loops;
const END: ExecutionEnd = {
  outcome: "SUCCEEDED",
  endedAt: "2030-01-01T00:00:00.000Z",
  durationMs: 5,
  result: { größe: 1 },
};

function open() {
  const objects = makeMemoryObjects(makeVirtualClock());
  let ids = 0;
  /** As one machine sees it. */
  const machine = () => {
    ids += 1;
    const id = String(ids);
    return makeExecutionEnds({ objects, urls, newId: () => id });
  };
  return { objects, machine };
}

test("an end is read as it was said, and nobody has said anything before", async () => {
  const ends = open().machine();
  expect(await ends.read("one")).toBeUndefined();
  await ends.say("one", END);
  expect(await ends.read("one")).toEqual(END);
  expect(await ends.read("two")).toBeUndefined();
});

test("the first word counts", async () => {
  const ends = open().machine();
  await ends.say("one", END);
  await ends.say("one", { ...END, outcome: "FAILED" });
  expect((await ends.read("one"))?.outcome).toBe("SUCCEEDED");
});

test("of machines that are given the same execution one begins it, however often its call is repeated", async () => {
  const { machine } = open();
  const machines = [machine(), machine(), machine()];
  const begun = await Promise.all(machines.map((ends) => ends.begin("one")));
  expect(begun.filter(Boolean)).toHaveLength(1);
  // The answer was lost, and the client has made the call again.
  expect(await Promise.all(machines.map((ends) => ends.begin("one")))).toEqual(begun);
  expect(await machine().begin("two")).toBe(true);
});

test("a bucket that cannot be read is no end", async () => {
  const { objects } = open();
  const refusing = { ...objects, get: async () => ({ outcome: "too-large" as const, size: 1 }) };
  const ends = makeExecutionEnds({ objects: refusing, urls, newId: () => "1" });
  await expect(ends.read("one")).rejects.toThrow(/too-large/);
});
