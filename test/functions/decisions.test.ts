/** What process makes of a message, by the state of its payload: with and without `replace`, twice, and in company. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { processRecords } from "../../src/functions/process/process.ts";
import type { JsonObject } from "../../src/json.ts";
import type { End } from "./step-functions.ts";
import { makeWorld, payloadOf, recordsOf, type World } from "./world.ts";

const ID = "s2/workflow-cog/a";
const plain = payloadOf("cog");
const replace = payloadOf([{ workflow: "cog", replace: true }]);

let world: World;
beforeEach(() => {
  world = makeWorld();
});
afterEach(() => world.close());

const ends: Readonly<Record<string, End | JsonObject>> = {
  SUCCEEDED: plain,
  FAILED: { status: "FAILED", error: "Boom", cause: "no" },
  TIMED_OUT: { status: "TIMED_OUT" },
  ABORTED: { status: "ABORTED" },
  INVALID: { status: "FAILED", error: "InvalidInput", cause: "no such band" },
};

/** Brings the payload to a state, as it comes about in life. */
async function bring(state: string): Promise<void> {
  if (state === "none") return;
  if (state === "CLAIMED") {
    await world.process([plain], (call) => (call === "executions.start" ? { kind: "crash-before" } : undefined));
    world.clock.advance(1);
    return;
  }
  await world.process([plain]);
  const end = ends[state];
  if (end) await world.update([world.end(end)]);
}

describe("the decision table", () => {
  test.each([
    ["none", "PROCESSING", 1, ["CLAIMED_PROCESSING", "STARTED_PROCESSING"]],
    ["FAILED", "PROCESSING", 2, ["CLAIMED_PROCESSING", "STARTED_PROCESSING"]],
    ["TIMED_OUT", "PROCESSING", 2, ["CLAIMED_PROCESSING", "STARTED_PROCESSING"]],
    ["ABORTED", "PROCESSING", 2, ["CLAIMED_PROCESSING", "STARTED_PROCESSING"]],
    ["CLAIMED", "PROCESSING", 1, ["STARTED_PROCESSING"]],
  ])("%s runs, with and without replace", async (state, then, attempt, events) => {
    await bring(state);
    const before = (await world.events()).length;
    expect(await world.process([plain])).toMatchObject([{ outcome: "started", attempt, payloadId: ID }]);
    expect(await world.record(ID)).toMatchObject({ state: then, attempt });
    expect((await world.events()).slice(before)).toEqual(events.map((type) => `${type} ${ID}`));

    await world.close();
    world = makeWorld();
    await bring(state);
    expect(await world.process([replace])).toMatchObject([{ outcome: "started", attempt }]);
  });

  test.each([
    ["PROCESSING", plain],
    ["PROCESSING", replace],
    ["SUCCEEDED", plain],
    ["INVALID", plain],
  ])("%s is left alone", async (state, payload) => {
    await bring(state);
    const before = await world.record(ID);
    expect(await world.process([payload])).toMatchObject([{ outcome: "skipped", payloadId: ID }]);
    expect((await world.events()).at(-1)).toBe(`ALREADY_${state} ${ID}`);
    expect(await world.record(ID)).toEqual(before);
  });

  test.each(["SUCCEEDED", "INVALID"])("%s runs again with replace, and says how it came to that", async (state) => {
    await bring(state);
    expect(await world.process([replace])).toMatchObject([{ outcome: "started", attempt: 2 }]);
    expect(await world.record(ID)).toMatchObject({ state: "PROCESSING", lastError: undefined, outputs: [] });
    expect((await world.history(ID)).at(-2)).toMatchObject({
      to: "CLAIMED",
      reason: expect.stringContaining(`${state} before, replace is set`),
    });
  });

  test("a skipped message is told what would make it run", async () => {
    await bring("SUCCEEDED");
    expect(await world.process([plain])).toMatchObject([
      { reason: expect.stringMatching(/^SUCCEEDED since .* set "replace": true in process\[0\] to run it again$/) },
    ]);
  });
});

describe("a message that comes twice", () => {
  async function deliverTwice(payload: JsonObject, meanwhile: () => Promise<void>): Promise<unknown> {
    const body = JSON.stringify({ Type: "Notification", MessageId: "one", Message: JSON.stringify(payload) });
    await world.queue.send([{ id: "first copy", body }]);
    await world.deliver();
    await meanwhile();
    await world.queue.send([{ id: "second copy", body }]);
    return world.deliver();
  }

  test("does not run its payload again after a failure", async () => {
    const again = await deliverTwice(plain, async () => void (await world.update([world.end({ status: "FAILED" })])));
    expect(again).toMatchObject([{ outcome: "skipped", reason: expect.stringContaining("message one came twice") }]);
    expect(await world.record(ID)).toMatchObject({ state: "FAILED", attempt: 1 });
  });

  test("does not replace its own result", async () => {
    const again = await deliverTwice(replace, async () => void (await world.update([world.end(plain)])));
    expect(again).toMatchObject([{ outcome: "skipped" }]);
    expect(await world.record(ID)).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
  });

  test("does not stand in the way of another message for the same payload in its batch", async () => {
    const body = (id: string) =>
      JSON.stringify({ Type: "Notification", MessageId: id, Message: JSON.stringify(plain) });
    await world.queue.send([{ id: "1", body: body("one") }]);
    await world.deliver();
    await world.update([world.end({ status: "FAILED" })]);
    await world.queue.send([
      { id: "2", body: body("one") },
      { id: "3", body: body("two") },
    ]);
    const outcomes = await world.deliver();
    expect(outcomes).toContainEqual(expect.objectContaining({ message: "one", outcome: "skipped" }));
    expect(outcomes).toContainEqual(expect.objectContaining({ message: "two", outcome: "started", attempt: 2 }));
  });

  test("runs after all where its claim never came to an execution", async () => {
    await world.process([plain], (call) =>
      call === "executions.start" || call === "objects.put" ? { kind: "crash-before" } : undefined,
    );
    await world.reconcile();
    expect(await world.record(ID)).toMatchObject({ state: "FAILED", lastError: { error: "NeverStarted" } });
    expect(await world.deliver()).toMatchObject([{ outcome: "started", attempt: 2 }]);
  });
});

test("a message that has run does not run again because a later one never came to an execution", async () => {
  const body = (id: string) =>
    JSON.stringify({ Type: "Notification", MessageId: id, Message: JSON.stringify(replace) });
  await world.queue.send([{ id: "1", body: body("one") }]);
  await world.deliver();
  await world.update([world.end(plain)]);
  await world.queue.send([{ id: "2", body: body("two") }]);
  await world.deliver(1, (call) =>
    call === "executions.start" || call === "objects.put" ? { kind: "fail-before" } : undefined,
  );
  await world.reconcile();
  const copy = recordsOf([{ messageId: "3", body: body("one") }]);
  expect(await processRecords(copy, world.ports)).toMatchObject([{ message: "one", outcome: "skipped" }]);
  expect(await world.deliver()).toMatchObject([{ message: "two", outcome: "started", attempt: 3 }]);
  expect(world.stepFunctions.starts).toHaveLength(2);
});

describe("several messages for one payload in a batch", () => {
  test("are one execution, and the others are told so", async () => {
    const outcomes = await world.process([plain, plain, plain]);
    expect(world.stepFunctions.starts).toHaveLength(1);
    expect(outcomes).toContainEqual(expect.objectContaining({ outcome: "started" }));
    const others = (await world.events()).filter((event) => event.startsWith("DUPLICATE_ID_ENCOUNTERED"));
    // Two announcements of the same fact at the same moment are the same announcement.
    expect(others).toEqual([`DUPLICATE_ID_ENCOUNTERED ${ID}`]);
    expect(await world.queue.depth()).toMatchObject({ visible: 0, inFlight: 0, dead: 0 });
  });

  test("let the one with replace speak, wherever it stands", async () => {
    await bring("SUCCEEDED");
    expect(await world.process([plain, replace])).toContainEqual(
      expect.objectContaining({ outcome: "started", attempt: 2 }),
    );
  });
});
