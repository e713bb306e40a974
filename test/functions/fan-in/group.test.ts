/** A count of payloads by group: each arrives, the last one starts the execution, and nothing starts it twice. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readMembers } from "../../../src/functions/fan-in/members.ts";
import { planRerun } from "../../../src/functions/rerun.ts";
import type { JsonObject } from "../../../src/json.ts";
import { CHAIN_MEMBER } from "../../../src/payload/payload.ts";
import { executionName } from "../../../src/payload/payload-id.ts";
import { once } from "../faults.ts";
import { makeWorld, payloadOf, type World } from "../world.ts";

const ID = "s2/workflow-mosaic/s2/tuesday";
const awaits = { group: `\${collection}/\${day_name}`, count: 3 };

let world: World;
beforeEach(() => {
  world = makeWorld();
});
afterEach(() => world.close());

function arrival(item: string, definition: JsonObject = {}): JsonObject {
  const payload = payloadOf([{ workflow: "mosaic", await: awaits, ...definition }], [item]);
  const features = payload.features.map((one) => ({ ...one, properties: { day_name: "tuesday" } }));
  return { ...payload, features };
}

async function itemsOfRun(attempt = 0): Promise<unknown> {
  const start = world.stepFunctions.starts[attempt];
  const input = JSON.parse(start?.input ?? "{}") as JsonObject;
  return (input.features as readonly JsonObject[]).map(({ id }) => id);
}

describe("a group", () => {
  test("waits until all have arrived, then runs once with the items of all", async () => {
    expect(await world.process([arrival("a")])).toMatchObject([{ outcome: "waiting", reason: "waits for 2 of 3" }]);
    expect(await world.record(ID)).toMatchObject({
      state: "WAITING",
      attempt: 0,
      claimedAt: "2030-01-01T00:00:00.000Z",
      waitsUntil: "2030-01-08T00:00:00.000Z",
    });
    expect(await world.process([arrival("b")])).toMatchObject([{ outcome: "waiting", reason: "waits for 1 of 3" }]);
    expect(world.stepFunctions.starts).toHaveLength(0);

    expect(await world.process([arrival("c")])).toMatchObject([{ outcome: "started", attempt: 1, payloadId: ID }]);
    expect(await itemsOfRun()).toEqual(["a", "b", "c"]);
    expect(await world.events()).toEqual([
      `WAITING ${ID}`,
      `WAITING ${ID}`,
      `CLAIMED_PROCESSING ${ID}`,
      `STARTED_PROCESSING ${ID}`,
    ]);
    expect((await world.history(ID)).map(({ from, to }) => `${from} to ${to}`)).toEqual([
      "none to WAITING",
      "WAITING to CLAIMED",
      "CLAIMED to PROCESSING",
    ]);
  });

  test("runs at once where all come in one batch", async () => {
    const outcomes = await world.process([arrival("a"), arrival("b"), arrival("c")]);
    expect(outcomes).toMatchObject([{ outcome: "skipped" }, { outcome: "skipped" }, { outcome: "started" }]);
    expect(await itemsOfRun()).toEqual(["a", "b", "c"]);
  });

  test("counts a member that comes twice once", async () => {
    await world.process([arrival("a"), arrival("b")]);
    expect(await world.process([arrival("a")])).toMatchObject([{ outcome: "waiting", reason: "waits for 1 of 3" }]);
  });

  test("runs although the one that completed it died before it looked", async () => {
    await world.process([arrival("a"), arrival("b")]);
    expect(await world.process([arrival("c")], once("state.claim", "crash-before"))).toBe("crashed");
    world.clock.advance(10 * 60_000);
    expect(await world.deliver()).toMatchObject([{ outcome: "started", attempt: 1 }]);
    expect(await itemsOfRun()).toEqual(["a", "b", "c"]);
  });

  test("is left alone by a late member once it has run, and runs again with replace", async () => {
    await world.process([arrival("a"), arrival("b"), arrival("c")]);
    await world.update([world.end({ ...arrival("a"), id: ID })]);
    expect(await world.process([arrival("d")])).toMatchObject([{ outcome: "skipped" }]);
    expect((await world.events()).at(-1)).toBe(`ALREADY_SUCCEEDED ${ID}`);
    expect(await world.process([arrival("e", { replace: true })])).toMatchObject([{ outcome: "started", attempt: 2 }]);
    expect(await itemsOfRun(1)).toEqual(["a", "b", "c", "d", "e"]);
  });

  test("takes the newest items of a member, and an older message that comes again brings nothing back", async () => {
    const sent = (id: string, version: number) => {
      const payload = arrival("a");
      const [feature] = payload.features as readonly JsonObject[];
      const features = [{ ...feature, properties: { day_name: "tuesday", version } }];
      return JSON.stringify({ Type: "Notification", MessageId: id, Message: JSON.stringify({ ...payload, features }) });
    };
    for (const body of [sent("first", 1), sent("second", 2), sent("first", 1)]) {
      await world.queue.send([{ id: `${world.clock.now()}`, body }]);
      await world.deliver();
      world.clock.advance(1);
    }
    await world.process([arrival("b"), arrival("c")]);
    const input = JSON.parse(world.stepFunctions.starts[0]?.input ?? "{}") as JsonObject;
    expect((input.features as readonly JsonObject[])[0]?.properties).toMatchObject({ version: 2 });
  });

  test("does not run again for a message that comes twice, whichever of its members it brought", async () => {
    const body = (id: string, item: string) =>
      JSON.stringify({ Type: "Notification", MessageId: id, Message: JSON.stringify(arrival(item)) });
    await world.queue.send([
      { id: "1", body: body("one", "a") },
      { id: "2", body: body("two", "b") },
      { id: "3", body: body("three", "c") },
    ]);
    await world.deliver();
    await world.update([world.end({ status: "FAILED" })]);
    for (const [message, item] of [
      ["one", "a"],
      ["two", "b"],
      ["three", "c"],
    ] as const) {
      await world.queue.send([{ id: `again ${message}`, body: body(message, item) }]);
      const reason = expect.stringContaining(`message ${message} came twice`);
      expect(await world.deliver()).toMatchObject([{ outcome: "skipped", reason }]);
    }
    expect(await world.process([arrival("b")])).toMatchObject([{ outcome: "started", attempt: 2 }]);
  });
});

test("what a member's earlier run brought does not replace what its later run has brought, however late it comes", async () => {
  const member = "s2/workflow-cog/a";
  const sent = (attempt: number): JsonObject => ({
    ...arrival("a", { await: { ...awaits, count: 2 } }),
    features: [{ id: "a", collection: "s2", properties: { day_name: "tuesday", attempt } }],
    [CHAIN_MEMBER]: { depth: 1, ancestors: [member], effect: `${executionName(member, attempt)}/chain/0` },
  });
  await world.process([sent(1)]);
  await world.process([sent(3)]);
  await world.process([sent(2)]);
  const [kept, ...others] = await readMembers(ID, world.ports);
  expect(others).toEqual([]);
  expect(kept?.payload.features).toMatchObject([{ properties: { attempt: 3 } }]);
});

test("more than a task takes fails at once with what to do, instead of being put together again and again", async () => {
  const large = (item: string): JsonObject => {
    const payload = arrival(item);
    const [feature] = payload.features as readonly JsonObject[];
    const properties = { day_name: "tuesday", text: "x".repeat(6 * 1024 * 1024) };
    return { ...payload, features: [{ ...feature, properties }] };
  };
  const tooLarge = {
    state: "FAILED",
    effectsPending: false,
    lastError: { error: "FanInTooLarge", cause: expect.stringMatching(/bytes of 16777216\. Make groups of groups/) },
  };
  await world.process([large("a")]);
  await world.process([large("b")]);
  expect(await world.process([large("c")])).toMatchObject([
    { outcome: "failed", payloadId: ID, reason: expect.stringMatching(/^FanInTooLarge: /) },
  ]);
  expect(await world.record(ID)).toMatchObject(tooLarge);
  expect((await world.events()).at(-1)).toBe(`FAILED ${ID}`);

  // Whoever says so dies before: it waits, and reconcile says it.
  expect(await world.process([large("d")], once("state.finish", "crash-before"))).toBe("crashed");
  expect(await world.record(ID)).toMatchObject({ state: "WAITING" });
  expect(await world.reconcile()).toMatchObject([{ action: "failed" }]);
  expect(await world.record(ID)).toMatchObject(tooLarge);
  expect(world.stepFunctions.starts).toEqual([]);
});

describe("a rerun", () => {
  const rerun = async (): Promise<unknown> => {
    const record = await world.record(ID);
    if (record === undefined) throw new Error("there is no record");
    const planned = await planRerun(record, { replace: false, howToReplace: "add replace" }, world.ports);
    return planned.outcome === "stays" ? planned.reason : world.process([planned.payload]);
  };

  test("looks at the members again, and is none itself", async () => {
    await world.process([arrival("a"), arrival("b"), arrival("c")]);
    await world.update([world.end({ status: "FAILED" })]);
    expect(await rerun()).toMatchObject([{ outcome: "started", attempt: 2 }]);
    expect(await itemsOfRun(1)).toEqual(["a", "b", "c"]);
    expect(await readMembers(ID, world.ports)).toHaveLength(3);
  });

  test("of what waited in vain waits again, with the time that it has anew", async () => {
    await world.process([arrival("a")]);
    expect(await rerun()).toContain("WAITING");
    world.clock.advance(8 * 86_400_000);
    await world.reconcile();
    expect(await world.record(ID)).toMatchObject({ state: "FAILED", lastError: { error: "AwaitTimeout" } });
    expect(await rerun()).toMatchObject([{ outcome: "waiting", reason: "waits for 2 of 3" }]);
    expect(await world.process([arrival("b"), arrival("c")])).toContainEqual(
      expect.objectContaining({ outcome: "started", attempt: 1 }),
    );
    expect(await itemsOfRun()).toEqual(["a", "b", "c"]);
  });

  test("is of the latest definition: whoever arrives last says what is to be done", async () => {
    await world.process([arrival("a"), arrival("b", { tasks: { mosaic: { blend: "first" } } })]);
    await world.process([arrival("c", { tasks: { mosaic: { blend: "last" } } })]);
    const input = JSON.parse(world.stepFunctions.starts[0]?.input ?? "{}") as JsonObject;
    expect(input.process).toMatchObject([{ tasks: { mosaic: { blend: "last" } } }]);
  });
});
