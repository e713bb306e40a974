/** Awaited payloads that have ended well, and whose outputs are not to be had: what waits says so, and does not wait for ever. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { describeAwaited } from "../../../src/functions/fan-in/describe.ts";
import { readMembers } from "../../../src/functions/fan-in/members.ts";
import { stopWaiting } from "../../../src/functions/fan-in/stop-waiting.ts";
import type { Json, JsonObject } from "../../../src/json.ts";
import { type GetOutcome, isObjectUrl, type ObjectUrl } from "../../../src/payload/object-store.ts";
import type { PayloadRecord } from "../../../src/state/state-store.ts";
import { always, type FaultPlan } from "../faults.ts";
import { makeWorld, payloadOf, VISIBILITY_MS, type World } from "../world.ts";

const A = "s2/workflow-cog/a";
const B = "s2/workflow-cog/b";
const ID = "s2/workflow-publish/a/b";
const HOUR = 3_600_000;
const MEND = `npx cirrus payload rerun ${A} --replace`;

/** What a store answers in place of what it holds. */
let refused: Map<ObjectUrl, GetOutcome>;
/** What somebody else does as soon as a payload waits. */
let meanwhile: (record: PayloadRecord) => Promise<unknown>;
let world: World;
beforeEach(() => {
  refused = new Map();
  meanwhile = async () => {};
  world = makeWorld({
    change: ({ objects, state }) => ({
      objects: { ...objects, get: async (url, options) => refused.get(url) ?? objects.get(url, options) },
      state: {
        ...state,
        async park(requests) {
          const written = await state.park(requests);
          for (const one of written) if (one.outcome === "written") await meanwhile(one.record);
          return written;
        },
      },
    }),
  });
});
afterEach(() => world.close());

const publish = (awaits: JsonObject = {}): JsonObject => ({
  workflow: "publish",
  await: { payloads: [A, B], timeout: "12h", ...awaits },
});
const cog = (item: string, then: Json = publish()): JsonObject => payloadOf([{ workflow: "cog" }, then], [item]);

async function succeed(payload: JsonObject, payloadId: string): Promise<void> {
  await world.update([world.end({ ...payload, id: payloadId }, payloadId)]);
}

async function outputOf(payloadId: string): Promise<ObjectUrl> {
  const url = (await world.record(payloadId))?.outputUrl;
  if (url === undefined || !isObjectUrl(url)) throw new Error(`${payloadId} has no output`);
  return url;
}

/** Both end well, somebody removes the output of one, and then the last message comes. */
async function loseOutput(then: Json = publish()) {
  await world.process([cog("a", then), cog("b", then)]);
  await succeed(cog("a", then), A);
  const url = await outputOf(A);
  await world.ports.objects.remove(url);
  await succeed(cog("b", then), B);
  return { url, outcomes: await world.deliver() };
}

async function itemsOfRun(): Promise<readonly unknown[]> {
  const start = world.stepFunctions.starts.find(({ workflow }) => workflow === "publish");
  return ((JSON.parse(start?.input ?? "{}") as JsonObject).features as readonly JsonObject[]).map(({ id }) => id);
}

async function described(flags = "") {
  const record = await world.record(ID);
  return record && describeAwaited(record, world.ports, flags);
}

describe("an awaited payload whose output is gone", () => {
  test("is waited for, and whoever asks is told which it is and what mends it", async () => {
    const { url, outcomes } = await loseOutput();
    const reason = `waits for 1 of 2: ${A} has SUCCEEDED, but its output is gone: ${url} (${MEND})`;
    // Both came in one batch: one speaks for the other.
    expect(outcomes).toMatchObject([
      { outcome: "skipped", payloadId: ID },
      { outcome: "waiting", payloadId: ID, reason },
    ]);
    // The message is done with: what it brought is kept.
    expect(world.queue.nextVisibleAt()).toBeUndefined();
    expect((await readMembers(ID, world.ports)).map(({ id }) => id)).toEqual([A, B]);
    expect((await world.history(ID)).at(-1)).toMatchObject({ to: "WAITING", actor: "process", reason });

    const record = await world.record(ID);
    expect(await described(" --stage prod")).toMatchObject({
      needs: 2,
      here: 1,
      members: [
        {
          id: A,
          isHere: false,
          state: "SUCCEEDED",
          lack: `its output is gone: ${url}`,
          mend: `${MEND} --stage prod`,
        },
        { id: B, isHere: true, state: "SUCCEEDED", lack: undefined, mend: undefined },
      ],
    });
    expect(await world.reconcile()).toEqual([{ payloadId: ID, action: "held", reason }]);
    expect(await world.record(ID)).toEqual(record);
  });

  test("is mended by running it again", async () => {
    await loseOutput();
    await world.process([payloadOf([{ workflow: "cog", replace: true }], ["a"])]);
    await succeed(payloadOf("cog", ["a-2"]), A);
    expect(await world.reconcile()).toMatchObject([{ action: "started", reason: "what it waited for is there" }]);
    expect(await itemsOfRun()).toEqual(["a-2", "b"]);
  });

  test("is named by the error once the time is over", async () => {
    const { url } = await loseOutput();
    world.clock.advance(12 * HOUR);
    expect(await world.reconcile()).toMatchObject([{ action: "failed" }]);
    expect(await world.record(ID)).toMatchObject({
      state: "FAILED",
      effectsPending: false,
      lastError: {
        error: "AwaitTimeout",
        cause: `It waits for 1 of 2: ${A} has SUCCEEDED, but its output is gone: ${url} (${MEND}); its time (12h) was over at 2030-01-01T12:00:02.000Z.`,
      },
    });
    expect((await world.events()).at(-1)).toBe(`FAILED ${ID}`);
    expect(await world.reconcile()).toEqual([]);
    expect(await described()).toMatchObject({ here: 1, until: undefined, members: [{ id: A, mend: MEND }, { id: B }] });
  });

  test("is named beside those that have not ended well", async () => {
    await world.process([cog("a")]);
    await succeed(cog("a"), A);
    const url = await outputOf(A);
    await world.deliver();
    await world.ports.objects.remove(url);
    expect(await world.reconcile()).toMatchObject([{ reason: `waits for 1 of 2: ${B} has not come yet` }]);
    world.clock.advance(12 * HOUR);
    await world.reconcile();
    const cause = expect.stringContaining(
      `It waits for 2 of 2: ${B} has not come yet, ${A} has SUCCEEDED, but its output is gone: ${url} (${MEND})`,
    );
    expect(await world.record(ID)).toMatchObject({ lastError: { error: "AwaitTimeout", cause } });
  });

  test("is left out of what runs with what is there, and the history says so", async () => {
    await loseOutput(publish({ on_timeout: "run" }));
    expect(await world.reconcile()).toMatchObject([{ action: "held" }]);
    world.clock.advance(12 * HOUR);
    expect(await world.reconcile()).toMatchObject([{ action: "started" }]);
    expect(await itemsOfRun()).toEqual(["b"]);
    const input = JSON.parse(world.stepFunctions.starts.at(-1)?.input ?? "{}") as JsonObject;
    expect(input["cirrus:members"]).toMatchObject([{ id: B }]);
    expect((await world.history(ID)).find(({ to }) => to === "CLAIMED")?.reason).toMatch(
      /runs with what is there, and waits for 1 of 2: s2\/workflow-cog\/a has SUCCEEDED, but its output is gone/,
    );
  });

  test("leaves nothing to run with where it is the only one", async () => {
    const then = publish({ payloads: [A], on_timeout: "run" });
    await world.process([cog("a", then)]);
    await succeed(cog("a", then), A);
    await world.ports.objects.remove(await outputOf(A));
    await world.deliver();
    world.clock.advance(12 * HOUR);
    await world.reconcile();
    expect(await world.record("s2/workflow-publish/a")).toMatchObject({
      state: "FAILED",
      lastError: { error: "AwaitTimeout", cause: expect.stringMatching(/^Nothing is there to run with: .*is gone/) },
    });
    expect(world.stepFunctions.starts.filter(({ workflow }) => workflow === "publish")).toEqual([]);
  });

  test("sends back to waiting what was claimed with it and never began", async () => {
    await world.process([cog("a"), cog("b")]);
    await succeed(cog("a"), A);
    await succeed(cog("b"), B);
    let claims = 0;
    const dies: FaultPlan = (call) => (call === "state.claim" && ++claims === 1 ? { kind: "crash-after" } : undefined);
    expect(await world.deliver(10, dies)).toBe("crashed");
    expect(await world.record(ID)).toMatchObject({ state: "CLAIMED" });
    await world.ports.objects.remove(await outputOf(A));
    expect(await world.reconcile()).toContainEqual(
      expect.objectContaining({ payloadId: ID, action: "waiting", reason: expect.stringContaining("is gone") }),
    );
    expect(await world.record(ID)).toMatchObject({ state: "WAITING", attempt: 0 });
    world.clock.advance(12 * HOUR);
    await world.reconcile();
    expect(await world.record(ID)).toMatchObject({ state: "FAILED", lastError: { error: "AwaitTimeout" } });
  });
});

describe("what cannot be read", () => {
  test("is waited for until the time is over, and named then", async () => {
    await world.process([cog("a"), cog("b")]);
    await succeed(cog("a"), A);
    refused.set(await outputOf(A), { outcome: "denied", message: "the key of its encryption is disabled" });
    await succeed(cog("b"), B);
    const reason = expect.stringMatching(/a has SUCCEEDED, but its output cannot be read: .*encryption is disabled/);
    expect(await world.deliver()).toContainEqual(expect.objectContaining({ outcome: "waiting", reason }));
    world.clock.advance(12 * HOUR);
    await world.reconcile();
    expect(await world.record(ID)).toMatchObject({ state: "FAILED", lastError: { cause: reason } });
  });

  test("of what has arrived fails it when the time is over", async () => {
    const id = "s2/workflow-publish/all";
    const definition = { workflow: "publish", await: { group: "all", count: 2, timeout: "12h" } };
    await world.process([payloadOf([definition], ["a"])]);
    const [arrived] = await Array.fromAsync(world.ports.objects.list(world.ports.payloads.urls.awaits(id).members));
    if (arrived === undefined || !isObjectUrl(arrived.url)) throw new Error("nothing has arrived");
    refused.set(arrived.url, { outcome: "denied", message: "nobody may" });
    expect(await world.process([payloadOf([definition], ["b"])])).toMatchObject([{ outcome: "retry" }]);
    expect(await world.reconcile()).toMatchObject([{ action: "later" }]);
    world.clock.advance(12 * HOUR);
    expect(await world.reconcile()).toMatchObject([{ action: "failed" }]);
    expect(await world.record(id)).toMatchObject({
      state: "FAILED",
      lastError: { error: "AwaitTimeout", cause: expect.stringMatching(/cannot be put together.*nobody may/) },
    });
  });

  test("in this moment is asked for again, however late it is", async () => {
    await loseOutput();
    world.clock.advance(12 * HOUR);
    expect(await world.reconcile(always("objects.get"))).toMatchObject([{ action: "later" }]);
    expect(await world.record(ID)).toMatchObject({ state: "WAITING" });
    expect(await world.reconcile()).toMatchObject([{ action: "failed" }]);
  });
});

describe("a chain_filter that takes too long for the items of an output", () => {
  const WAITER = "s2/workflow-publish/a";
  const waiter = {
    type: "FeatureCollection",
    process: [{ ...publish({ payloads: [A] }), chain_filter: "@.text =~ '(a|b|ab)*c'" }],
  };
  beforeEach(async () => {
    const whole = payloadOf("cog", ["a"]);
    const [feature] = whole.features;
    await world.process([whole]);
    await succeed({ ...whole, features: [{ ...feature, text: "ab".repeat(2_000_000) }] }, A);
  });

  test("fails it at once with what to do", async () => {
    expect(await world.process([waiter])).toMatchObject([
      { outcome: "failed", reason: expect.stringMatching(/^ChainFilterTooCostly: .*Simplify the regular expression/) },
    ]);
    expect(await world.record(WAITER)).toMatchObject({ state: "FAILED" });
  });

  test("does not fail what somebody has stopped in this moment", async () => {
    const words = { actor: "somebody", reason: "not needed", cause: "not needed" };
    meanwhile = (record) => stopWaiting(record, words, world.ports);
    expect(await world.process([waiter])).toMatchObject([{ outcome: "retry", reason: "its record has just changed" }]);
    world.clock.advance(VISIBILITY_MS);
    expect(await world.deliver()).toMatchObject([{ outcome: "skipped" }]);
    expect(await world.record(WAITER)).toMatchObject({ state: "ABORTED" });
  });
});
