/** Payloads awaited by their IDs: whoever ends last wakes what waits, a time may be over, and people may step in. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../../src/json.ts";
import type { FaultPlan } from "../faults.ts";
import { makeWorld, payloadOf, VISIBILITY_MS, type World } from "../world.ts";

const A = "s2/workflow-cog/a";
const B = "s2/workflow-cog/b";
const ID = "s2/workflow-publish/a/b";
const DAY = 86_400_000;

let world: World;
beforeEach(() => {
  world = makeWorld();
});
afterEach(() => world.close());

const publish = (more: JsonObject = {}, awaits: JsonObject = {}): JsonObject => ({
  workflow: "publish",
  await: { payloads: [A, B], ...awaits },
  ...more,
});
/** Makes an item of its own and hands it on to what waits for both. */
const cog = (item: string, then: Json = publish()): JsonObject => payloadOf([{ workflow: "cog" }, then], [item]);
/** What waits, sent by itself: it brings nothing. */
const waiter = (more?: JsonObject, awaits?: JsonObject): JsonObject => ({
  type: "FeatureCollection",
  process: [publish(more, awaits)],
});

/** Ends a payload well, with an item that has another name, and delivers what follows. */
async function succeed(payload: JsonObject, payloadId: string, item: string): Promise<unknown> {
  const [feature] = payload.features as readonly JsonObject[];
  const output = { ...payload, id: payloadId, features: [{ ...feature, id: item }] };
  await world.update([world.end(output, payloadId)]);
  return world.deliver();
}

function inputOf(attempt: number): JsonObject {
  const starts = world.stepFunctions.starts.filter(({ workflow }) => workflow === "publish");
  return JSON.parse(starts[attempt]?.input ?? "{}") as JsonObject;
}

function itemsOf(attempt: number): readonly unknown[] {
  return ((inputOf(attempt).features ?? []) as readonly JsonObject[]).map(({ id }) => id);
}

describe("a list of payloads", () => {
  test("that all carry the entry run it once, when the last has ended, with the items of all in the list's order", async () => {
    await world.process([cog("a"), cog("b")]);
    expect(await succeed(cog("b"), B, "b-cog")).toMatchObject([
      { outcome: "waiting", payloadId: ID, reason: `waits for 1 of 2: ${A} is PROCESSING` },
    ]);
    expect(await succeed(cog("a"), A, "a-cog")).toMatchObject([{ outcome: "started", payloadId: ID }]);
    expect(itemsOf(0)).toEqual(["a-cog", "b-cog"]);
    expect(inputOf(0)["cirrus:members"]).toMatchObject([{ id: A }, { id: B }]);
    expect(await world.record(ID)).toMatchObject({ state: "PROCESSING", lineage: { depth: 1 } });
  });

  test("is awaited by a payload that brings no items, and is found there by reconcile alone", async () => {
    expect(await world.process([waiter()])).toMatchObject([
      { outcome: "waiting", payloadId: ID, reason: `waits for 2 of 2: ${A} has not come yet, ${B} has not come yet` },
    ]);
    await world.process([payloadOf("cog", ["a"]), payloadOf("cog", ["b"])]);
    await world.update([world.end({ ...payloadOf("cog", ["a"]), id: A }, A)]);
    expect(await world.reconcile()).toContainEqual({ payloadId: ID, action: "waiting", reason: expect.anything() });
    await world.update([world.end({ ...payloadOf("cog", ["b"]), id: B }, B)]);
    expect(await world.reconcile()).toEqual([
      { payloadId: ID, action: "started", reason: "what it waited for is there" },
    ]);
    expect(itemsOf(0)).toEqual(["a", "b"]);
    expect((await world.events()).slice(-2)).toEqual([`CLAIMED_PROCESSING ${ID}`, `STARTED_PROCESSING ${ID}`]);
  });

  test("has only the items that its chain_filter lets through", async () => {
    const then = publish({ chain_filter: "@.id == 'b'" });
    await world.process([payloadOf([{ workflow: "cog" }, then], ["a"]), payloadOf([{ workflow: "cog" }, then], ["b"])]);
    await succeed(cog("a", then), A, "a");
    await succeed(cog("b", then), B, "b");
    expect(itemsOf(0)).toEqual(["b"]);
  });

  test("waits again for a payload that runs once more, and takes its newest items", async () => {
    await world.process([cog("a"), cog("b")]);
    await succeed(cog("a"), A, "a-1");
    await world.process([payloadOf([{ workflow: "cog", replace: true }], ["a"])]);
    expect(await succeed(cog("b"), B, "b-1")).toMatchObject([
      { outcome: "waiting", reason: `waits for 1 of 2: ${A} is PROCESSING` },
    ]);
    await world.update([world.end({ ...cog("a"), ...payloadOf("cog", ["a-2"]), id: A }, A)]);
    expect(await world.reconcile()).toMatchObject([{ action: "started" }]);
    expect(itemsOf(0)).toEqual(["a-2", "b-1"]);
  });

  /** All are there, and whoever claims it dies when it has. */
  async function dieClaiming() {
    await world.process([cog("a"), cog("b")]);
    await succeed(cog("a"), A, "a-1");
    await world.update([world.end({ ...cog("b"), id: B }, B)]);
    let claims = 0;
    const dies: FaultPlan = (call) => (call === "state.claim" && ++claims === 2 ? { kind: "crash-after" } : undefined);
    return world.deliver(10, dies);
  }

  test("waits again where the one that claimed it died, and an awaited payload runs once more since", async () => {
    expect(await dieClaiming()).toBe("crashed");
    expect(await world.record(ID)).toMatchObject({ state: "CLAIMED", attempt: 1 });

    const again = payloadOf([{ workflow: "cog", replace: true }], ["a"]);
    await world.process([again]);
    expect(await world.reconcile()).toContainEqual({
      payloadId: ID,
      action: "waiting",
      reason: `waits for 1 of 2: ${A} is PROCESSING`,
    });
    expect(await world.record(ID)).toMatchObject({ state: "WAITING", attempt: 0 });
    await world.update([world.end({ ...again, ...payloadOf("cog", ["a-2"]), id: A }, A)]);
    expect(await world.reconcile()).toMatchObject([{ action: "started" }]);
    expect(itemsOf(0)).toEqual(["a-2", "b"]);
    world.clock.advance(VISIBILITY_MS);
    expect(await world.deliver()).toMatchObject([{ outcome: "skipped" }]);
  });

  test("is put together once more where the one that claimed it died", async () => {
    await dieClaiming();
    expect(await world.reconcile()).toContainEqual({ payloadId: ID, action: "restarted", reason: expect.anything() });
    expect(itemsOf(0)).toEqual(["a-1", "b"]);
  });
});

describe("when its time is over", () => {
  test("it fails, and says what is missing", async () => {
    await world.process([waiter({}, { timeout: "12h" }), payloadOf("cog", ["a"])]);
    await world.update([world.end({ status: "FAILED" }, A)]);
    world.clock.advance(DAY / 2);
    await world.reconcile();
    expect(await world.record(ID)).toMatchObject({
      state: "FAILED",
      waitsUntil: undefined,
      effectsPending: false,
      lastError: {
        error: "AwaitTimeout",
        cause: `It waits for 2 of 2: ${A} is FAILED, ${B} has not come yet; its time (12h) was over at 2030-01-01T12:00:00.000Z.`,
      },
    });
    expect((await world.events()).at(-1)).toBe(`FAILED ${ID}`);
  });

  test("it runs with what is there, where it is to", async () => {
    const then = publish({}, { on_timeout: "run" });
    await world.process([cog("a", then)]);
    await succeed(cog("a", then), A, "a-cog");
    world.clock.advance(7 * DAY);
    expect(await world.reconcile()).toMatchObject([{ action: "started" }]);
    expect(itemsOf(0)).toEqual(["a-cog"]);
  });

  test("it fails where nothing is there to run with", async () => {
    await world.process([waiter({}, { on_timeout: "run" })]);
    world.clock.advance(7 * DAY);
    await world.reconcile();
    expect(await world.record(ID)).toMatchObject({ state: "FAILED", lastError: { error: "AwaitTimeout" } });
    expect(world.stepFunctions.starts).toEqual([]);
  });

  test("it begins to wait anew with what comes after that", async () => {
    await world.process([waiter()]);
    world.clock.advance(8 * DAY);
    await world.reconcile();
    await world.process([cog("a")]);
    expect(await succeed(cog("a"), A, "a")).toMatchObject([{ outcome: "waiting" }]);
    expect(await world.record(ID)).toMatchObject({ state: "WAITING", attempt: 0, lastError: undefined });
    expect(Date.parse((await world.record(ID))?.waitsUntil ?? "") - world.clock.now()).toBe(7 * DAY);
  });
});
