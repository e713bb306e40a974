/** reconcile: each way in which a payload can be left behind, and what becomes of it. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { reconcile } from "../../src/functions/reconcile/reconcile.ts";
import type { ObjectUrl } from "../../src/payload/object-store.ts";
import { executionName } from "../../src/payload/payload-id.ts";
import { always, type FaultPlan, once } from "./faults.ts";
import { MINUTE, makeWorld, OLDER_THAN_MS, payloadOf, type World } from "./world.ts";

const ID = "s2/workflow-cog/a";
const payload = payloadOf("cog");

let world: World;
beforeEach(() => {
  world = makeWorld();
});
afterEach(() => world.close());

/** The process dies where its start would be, with its input stored or not. */
const beforeStart: FaultPlan = (call) => (call === "executions.start" ? { kind: "fail-before" } : undefined);
const beforeAnything: FaultPlan = (call) =>
  call === "executions.start" || call === "objects.put" ? { kind: "fail-before" } : undefined;

describe("a CLAIMED payload", () => {
  test("whose execution runs is marked as started", async () => {
    await world.process([payload], once("executions.start", "crash-after"));
    expect(await world.reconcile()).toMatchObject([{ payloadId: ID, action: "adopted" }]);
    expect(await world.record(ID)).toMatchObject({ state: "PROCESSING" });
  });

  test("whose execution has ended gets its end and its effects", async () => {
    await world.process([payload], once("executions.start", "crash-after"));
    world.end(payload);
    expect(await world.reconcile()).toMatchObject([{ action: "ended" }]);
    expect(await world.record(ID)).toMatchObject({ state: "SUCCEEDED", effectsPending: false });
    expect(await world.published()).toHaveLength(1);
  });

  test("whose execution was never started is started from its stored input", async () => {
    await world.process([payload], beforeStart);
    expect(await world.reconcile()).toMatchObject([{ action: "restarted" }]);
    expect(world.stepFunctions.starts).toMatchObject([{ name: executionName(ID, 1) }]);
    expect(await world.record(ID)).toMatchObject({ state: "PROCESSING", attempt: 1 });
  });

  test("whose input was never stored fails, and says what to do", async () => {
    await world.process([payload], beforeAnything);
    expect(await world.reconcile()).toMatchObject([{ action: "failed" }]);
    expect(await world.record(ID)).toMatchObject({
      state: "FAILED",
      lastError: { error: "NeverStarted", cause: expect.stringContaining("Publish it again") },
    });
    expect(await world.events()).toContain(`FAILED ${ID}`);
  });

  test("whose workflow has gone meanwhile fails", async () => {
    await world.process([payloadOf("nowhere")], beforeStart);
    expect(await world.reconcile()).toMatchObject([
      { action: "failed", reason: "UnknownWorkflow: no workflow nowhere" },
    ]);
  });

  test("is left to the message that starts it in this moment", async () => {
    await world.process([payload], beforeAnything);
    world.clock.advance(OLDER_THAN_MS + 1);
    const [outcomes] = await Promise.all([
      world.deliver(),
      // It has seen the claim, and is slow to conclude from it.
      world.reconcile((call) => (call === "objects.get" ? { kind: "delay", ms: 1_000 } : undefined)),
    ]);
    expect(outcomes).toMatchObject([{ outcome: "started", attempt: 1 }]);
    expect(await world.record(ID)).toMatchObject({ state: "PROCESSING" });
    expect(world.stepFunctions.starts).toHaveLength(1);
  });
});

describe("a PROCESSING payload", () => {
  beforeEach(() => world.process([payload]));

  test("whose execution runs is left alone", async () => {
    const before = await world.record(ID);
    expect(await world.reconcile()).toMatchObject([{ action: "running" }]);
    expect(await world.record(ID)).toEqual(before);
  });

  test.each([
    ["SUCCEEDED", { status: "SUCCEEDED", output: JSON.stringify(payload) }],
    ["FAILED", { status: "FAILED", error: "Boom" }],
    ["ABORTED", { status: "ABORTED" }],
  ] as const)("whose execution ended %s unheard gets that end", async (state, end) => {
    world.end(end);
    expect(await world.reconcile()).toMatchObject([{ action: "ended" }]);
    expect(await world.record(ID)).toMatchObject({ state, effectsPending: false });
    expect((await world.history(ID)).at(-1)).toMatchObject({ actor: "reconcile" });
    expect(await world.reconcile()).toEqual([]);
  });

  test("whose execution the engine has forgotten fails", async () => {
    const executions = { ...world.ports.executions, describe: async () => undefined };
    world.clock.advance(OLDER_THAN_MS + 1);
    const { results } = await reconcile({ olderThanMs: OLDER_THAN_MS }, { ...world.ports, executions });
    expect(results).toMatchObject([{ action: "failed", reason: expect.stringContaining("ExecutionLost") }]);
    expect(await world.record(ID)).toMatchObject({ state: "FAILED", lastError: { error: "ExecutionLost" } });
  });
});

test("what is younger than it looks back is not touched", async () => {
  await world.process([payload]);
  world.end({ status: "FAILED" });
  expect((await reconcile({ olderThanMs: MINUTE }, world.ports)).results).toEqual([]);
});

test("an end whose output is gone is not passed over in silence, and one that may not be read stays pending", async () => {
  await world.process([payloadOf("cog", ["a"])]);
  await world.update([world.end(payloadOf("cog", ["a"]))], always("announcements.publish"));
  const { objects, state } = world.ports;
  const denied = { ...objects, get: async () => ({ outcome: "denied", message: "not yours" }) as const };
  world.clock.advance(OLDER_THAN_MS + 1);
  const options = { olderThanMs: OLDER_THAN_MS };
  expect((await reconcile(options, { ...world.ports, objects: denied })).results).toMatchObject([{ action: "later" }]);
  const [record] = await state.get(["s2/workflow-cog/a"]);
  expect(record?.effectsPending).toBe(true);
  await objects.remove((record?.outputUrl ?? "") as ObjectUrl);
  expect((await reconcile(options, world.ports)).results).toMatchObject([{ action: "effects" }]);
  expect((await world.ports.rejections.list({})).items).toMatchObject([{ code: "output-removed" }]);
});

test("what cannot be asked about now is left for later, and the next is looked at", async () => {
  await world.process([payload, payloadOf("mosaic")]);
  world.end({ status: "FAILED" }, ID);
  world.end({ status: "FAILED" }, "s2/workflow-mosaic/a");
  expect(await world.reconcile(once("executions.describe", "fail-before"))).toMatchObject([
    { action: "later", reason: "executions cannot be reached" },
    { action: "ended" },
  ]);
  expect(await world.reconcile()).toMatchObject([{ action: "ended" }]);
});

test("effects that still cannot be done stay pending", async () => {
  await world.process([payload]);
  await world.update([world.end(payload)], always("announcements.publish"));
  expect(await world.reconcile(always("announcements.publish"))).toMatchObject([{ action: "later" }]);
  expect(await world.record(ID)).toMatchObject({ effectsPending: true });
});

test("long executions at the front do not keep the rest from being looked at", async () => {
  for (const item of ["a", "b", "c", "d", "e"]) await world.process([payloadOf("cog", [item])]);
  world.clock.advance(OLDER_THAN_MS + 1);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const { results, next } = await reconcile({ olderThanMs: OLDER_THAN_MS, limit: 2, cursor }, world.ports);
    seen.push(...results.map(({ payloadId }) => payloadId));
    cursor = next;
  } while (cursor !== undefined);
  expect(seen).toHaveLength(5);
  expect(new Set(seen).size).toBe(5);
});
