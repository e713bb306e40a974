/** From a claim to a running execution: sizes, throttles, lost replies, unknown workflows, names that are taken. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isoTime } from "../../src/clock.ts";
import { INLINE_LIMIT } from "../../src/payload/oversize.ts";
import { executionName } from "../../src/payload/payload-id.ts";
import { type FaultPlan, once } from "./faults.ts";
import { MINUTE, makeWorld, payloadOf, VISIBILITY_MS, type World } from "./world.ts";

const ID = "s2/workflow-cog/a";

let world: World;
/** Every object that was put, in order. */
let stored: string[];
beforeEach(() => {
  stored = [];
  world = makeWorld({
    change: ({ objects }) => ({
      objects: {
        ...objects,
        put: (url, body, options) => {
          stored.push(url);
          return objects.put(url, body, options);
        },
      },
    }),
  });
});
afterEach(() => world.close());

async function redeliver() {
  world.clock.advance(VISIBILITY_MS + 1);
  return world.deliver();
}

describe("the input of an execution", () => {
  test("is the payload itself, and is kept beside", async () => {
    await world.process([payloadOf("cog")]);
    const [start] = world.stepFunctions.starts;
    expect(start).toMatchObject({ workflow: "cog", name: executionName(ID, 1) });
    expect(JSON.parse(start?.input ?? "")).toMatchObject({ id: ID, process: [{ workflow: "cog" }] });
    const record = await world.record(ID);
    expect(await world.read(record?.inputUrl)).toEqual(JSON.parse(start?.input ?? ""));
    expect(stored).toEqual([record?.inputUrl]);
  });

  test("is a url where the payload is too large for a status change, and the payload is stored once", async () => {
    const large = payloadOf("cog", ["a"], { note: "x".repeat(INLINE_LIMIT) });
    await world.process([large]);
    const inputUrl = (await world.record(ID))?.inputUrl;
    expect(world.stepFunctions.starts.map(({ input }) => input)).toEqual([JSON.stringify({ url: inputUrl })]);
    expect(stored).toEqual([inputUrl]);
    expect(await world.read(inputUrl)).toMatchObject({ id: ID, note: expect.stringMatching(/^x+$/) });
  });

  test("is stored before an execution that reads it starts", async () => {
    const large = payloadOf("cog", ["a"], { note: "x".repeat(INLINE_LIMIT) });
    await world.process([large], once("objects.put", "fail-before"));
    expect(world.stepFunctions.starts).toEqual([]);
    expect(await redeliver()).toMatchObject([{ outcome: "started" }]);
  });

  test("has the same bytes however its keys are ordered", async () => {
    const { type, features, process } = payloadOf("cog");
    await world.process([{ process, features, type }]);
    const [first] = world.stepFunctions.starts;
    await world.close();
    world = makeWorld();
    await world.process([{ type, process, features }]);
    expect(world.stepFunctions.starts[0]?.input).toBe(first?.input);
  });
});

describe("a start that fails", () => {
  test.each(["fail-before", "fail-after", "crash-before", "crash-after"] as const)(
    "(%s) leaves the payload CLAIMED, and the next delivery starts the same name once",
    async (kind) => {
      await world.process([payloadOf("cog")], once("executions.start", kind));
      expect(await world.record(ID)).toMatchObject({ state: "CLAIMED" });
      expect(await redeliver()).toMatchObject([{ outcome: "started", attempt: 1 }]);
      expect(world.stepFunctions.starts.map(({ name }) => name)).toEqual([executionName(ID, 1)]);
      expect(await world.record(ID)).toMatchObject({ state: "PROCESSING" });
    },
  );

  test("with a throttle sends one message back and lets the others start", async () => {
    const bodies = ["a", "b", "c", "d", "e"].map((item) => payloadOf("cog", [item]));
    let starts = 0;
    const secondThrottled: FaultPlan = (call) =>
      call === "executions.start" && ++starts === 2 ? { kind: "fail-before" } : undefined;
    const outcomes = await world.process(bodies, secondThrottled);
    expect(outcomes).toMatchObject(
      ["started", "retry", "started", "started", "started"].map((outcome) => ({ outcome })),
    );
    expect(await world.queue.depth()).toMatchObject({ inFlight: 1 });
    expect(await redeliver()).toMatchObject([{ outcome: "started" }]);
  });

  test("because the execution is over when its start is repeated records its end at once", async () => {
    await world.process([payloadOf("cog")], once("executions.start", "fail-after"));
    world.end(payloadOf("cog"));
    expect(await redeliver()).toMatchObject([{ outcome: "started" }]);
    expect(await world.record(ID)).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
    expect(await world.published()).toHaveLength(1);
  });
});

test("another message for a CLAIMED payload starts the claim with the input that was stored for it", async () => {
  await world.process([payloadOf("cog", ["a"], { note: "first" })], once("executions.start", "fail-before"));
  await world.process([payloadOf("cog", ["a"], { note: "second" })]);
  expect(world.stepFunctions.starts.map(({ input }) => JSON.parse(input).note)).toEqual(["first"]);
});

test("a start with another input than the running one adopts it, and keeps what really runs", async () => {
  const name = executionName(ID, 1);
  const input = JSON.stringify({ ...payloadOf("cog"), id: ID, note: "running" });
  await world.ports.executions.start({ workflow: "cog", name, input });
  expect(await world.process([payloadOf("cog", ["a"], { note: "late" })])).toMatchObject([{ outcome: "started" }]);
  expect(await world.read((await world.record(ID))?.inputUrl)).toMatchObject({ note: "running" });
});

describe("a workflow that does not exist", () => {
  test("ends its payload FAILED, tells so, and holds nobody up", async () => {
    const outcomes = await world.process([payloadOf("nowhere"), payloadOf("cog")]);
    expect(outcomes).toMatchObject([
      { outcome: "failed", reason: "UnknownWorkflow: no workflow nowhere" },
      { outcome: "started" },
    ]);
    expect(await world.record("s2/workflow-nowhere/a")).toMatchObject({
      state: "FAILED",
      lastError: { error: "UnknownWorkflow" },
      effectsPending: false,
    });
    expect(await world.events()).toContain("FAILED s2/workflow-nowhere/a");
    expect(await world.queue.depth()).toMatchObject({ visible: 0, inFlight: 0 });
  });
});

describe("names that an earlier life of the payload has used", () => {
  async function live(lives: number): Promise<void> {
    for (let attempt = 1; attempt <= lives; attempt++) {
      const name = executionName(ID, attempt);
      await world.ports.executions.start({ workflow: "cog", name, input: JSON.stringify({ id: ID }) });
      world.stepFunctions.end({ workflow: "cog", name }, { status: "SUCCEEDED", output: "{}" });
    }
    world.clock.advance(60 * MINUTE);
  }

  test("are passed over, and the history says so", async () => {
    await live(3);
    expect(await world.process([payloadOf("cog")])).toMatchObject([{ outcome: "started", attempt: 4 }]);
    expect(await world.record(ID)).toMatchObject({ state: "PROCESSING", execution: executionName(ID, 4) });
    const reasons = (await world.history(ID)).map(({ to, reason }) => `${to}: ${reason}`);
    expect(reasons.filter((reason) => reason.includes("is taken by"))).toHaveLength(6);
  });

  test("are passed over by later deliveries where there are many", async () => {
    await live(12);
    expect(await world.process([payloadOf("cog")])).toMatchObject([{ outcome: "retry" }]);
    expect(await redeliver()).toMatchObject([{ outcome: "started", attempt: 13 }]);
  });

  test("are not mistaken for the payload's own end by reconcile", async () => {
    await live(1);
    await world.process([payloadOf("cog")], once("state.claim", "crash-after"));
    await world.reconcile();
    expect(await world.record(ID)).toMatchObject({ state: "FAILED", lastError: { error: "NeverStarted" } });
    expect(await world.deliver()).toMatchObject([{ outcome: "started", attempt: 2 }]);
  });

  test("do not include an execution that ended in the moment of its claim, whatever the clocks say", async () => {
    await world.process([payloadOf("cog")], once("executions.start", "fail-after"));
    const [execution] = world.stepFunctions.running();
    if (!execution) throw new Error("nothing runs");
    const claimed = Date.parse((await world.record(ID))?.claimedAt ?? "");
    world.clock.advance(-5);
    world.stepFunctions.end(execution, { status: "SUCCEEDED", output: "{}" });
    expect((await world.ports.executions.describe(execution))?.stoppedAt).toBe(isoTime(claimed - 5));
    world.clock.advance(5);
    await redeliver();
    expect(await world.record(ID)).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
  });
});

test("a start mark that is lost is no failure: the execution's own event sets it", async () => {
  expect(await world.process([payloadOf("cog")], once("state.started", "fail-before"))).toMatchObject([
    { outcome: "started" },
  ]);
  expect(world.warnings).toHaveLength(1);
  expect(await world.record(ID)).toMatchObject({ state: "CLAIMED" });
  expect(await world.update(world.stepFunctions.events)).toMatchObject([{ outcome: "updated", state: "PROCESSING" }]);
});

test("a store that fails in the middle of a batch's claims sends all back, and none runs twice", async () => {
  const bodies = [payloadOf("cog", ["a"]), payloadOf("cog", ["b"])];
  expect(await world.process(bodies, once("state.claim", "fail-after"))).toMatchObject([
    { outcome: "retry" },
    { outcome: "retry" },
  ]);
  expect(await redeliver()).toMatchObject([{ outcome: "started" }, { outcome: "started" }]);
  expect(world.stepFunctions.starts).toHaveLength(2);
});
