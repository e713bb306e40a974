/** From status changes to states: every end, and everything that can be wrong with the event that tells of it. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isoTime } from "../../src/clock.ts";
import type { JsonObject } from "../../src/json.ts";
import { once } from "./faults.ts";
import { type End, truncated } from "./step-functions.ts";
import { MINUTE, makeWorld, PAYLOAD_BUCKET, payloadOf, type World } from "./world.ts";

const ID = "s2/workflow-cog/a";
const output = payloadOf("cog", ["a"], { id: ID });

let world: World;
beforeEach(async () => {
  world = makeWorld();
  await world.process([payloadOf("cog")]);
});
afterEach(() => world.close());

const failed = { status: "FAILED", error: "Boom", cause: "no" } as const;

describe("an execution's end", () => {
  test.each<[string, End, string, string, JsonObject | undefined]>([
    ["SUCCEEDED", { status: "SUCCEEDED", output: JSON.stringify(output) }, "SUCCEEDED", "SUCCEEDED", undefined],
    ["FAILED", failed, "FAILED", "FAILED", { error: "Boom", cause: "no" }],
    [
      "FAILED for its input",
      { status: "FAILED", error: "stactask.exceptions.InvalidInput", cause: "no band" },
      "INVALID",
      "INVALID",
      { error: "stactask.exceptions.InvalidInput", cause: "no band" },
    ],
    [
      "TIMED_OUT",
      { status: "TIMED_OUT" },
      "FAILED",
      "TIMED_OUT",
      { error: "TimedOutError", cause: "The execution ran longer than its workflow allows." },
    ],
    [
      "ABORTED",
      { status: "ABORTED", error: "Stopped", cause: "by Ann" },
      "ABORTED",
      "ABORTED",
      { error: "Stopped", cause: "by Ann" },
    ],
  ])("%s becomes the payload's state, with its time and its event", async (_what, end, state, event, lastError) => {
    const change = world.end(end);
    const endedAt = isoTime(world.clock.now());
    world.clock.advance(500);
    expect(await world.update([change])).toMatchObject([{ outcome: "updated", state, payloadId: ID }]);
    expect(await world.record(ID)).toMatchObject({ state, endedAt, lastError, effectsPending: false });
    expect((await world.events()).at(-1)).toBe(`${event} ${ID}`);
  });

  test("keeps its output, and the places of its items", async () => {
    const links = [
      { rel: "self", href: "s3://data/a.json" },
      { rel: "parent", href: "s3://data/p.json" },
    ];
    const { features, ...more } = output;
    const written = { ...more, features: features.map((item) => ({ ...item, links })) };
    await world.update([world.end(written)]);
    const record = await world.record(ID);
    expect(record).toMatchObject({ outputs: ["s3://data/a.json"] });
    expect(await world.read(record?.outputUrl)).toEqual(written);
  });

  test("is taken even before anyone marked the execution as started", async () => {
    await world.process([payloadOf("cog", ["b"])], once("state.started", "fail-before"));
    const id = "s2/workflow-cog/b";
    expect(await world.record(id)).toMatchObject({ state: "CLAIMED" });
    await world.update([world.end(failed, id)]);
    expect(await world.record(id)).toMatchObject({ state: "FAILED" });
  });
});

describe("an output", () => {
  const url = `s3://${PAYLOAD_BUCKET}/tmp/out.json` as const;

  test("that travels by url is read from there", async () => {
    await world.ports.objects.put(url, JSON.stringify(output));
    await world.update([world.end({ url })]);
    expect(await world.read((await world.record(ID))?.outputUrl)).toEqual(output);
    expect(await world.published()).toHaveLength(1);
  });

  test("whose object is missing fails the payload, with the reason", async () => {
    await world.update([world.end({ url })]);
    expect(await world.record(ID)).toMatchObject({
      state: "FAILED",
      lastError: { error: "OutputUnreadable", cause: expect.stringContaining(url) },
    });
  });

  test.each([
    ["a number", 5],
    ["a message", { Message: "all done" }],
    ["several records", { Records: [{ a: 1 }, { b: 2 }] }],
    ["no records", { Records: [] }],
    ["the url of something else", { url: "https://example.com/report" }],
    ["a key that reaches the prototype", JSON.parse('{"__proto__": {"x": 1}}')],
  ])("that is %s is kept as it is, and the payload has SUCCEEDED", async (_what, value) => {
    await world.update([world.end({ status: "SUCCEEDED", output: JSON.stringify(value) })]);
    const record = await world.record(ID);
    expect(record).toMatchObject({ state: "SUCCEEDED", effectsPending: false });
    expect(JSON.stringify(await world.read(record?.outputUrl))).toBe(JSON.stringify(value));
    expect((await world.history(ID)).at(-1)?.reason).toMatch(/^the execution succeeded; its output is not/);
  });

  test("that is no JSON at all fails the payload and not the function", async () => {
    await world.update([world.end({ status: "SUCCEEDED", output: "{" })]);
    expect(await world.record(ID)).toMatchObject({ state: "FAILED", lastError: { error: "OutputUnreadable" } });
  });
});

describe("an event", () => {
  test("that comes twice in one batch is told once", async () => {
    await world.process([payloadOf("cog")]);
    const change = world.end(payloadOf("cog"));
    expect(await world.update([change, change])).toMatchObject([{ outcome: "updated" }, { outcome: "updated" }]);
    expect((await world.events()).filter((event) => event.startsWith("SUCCEEDED"))).toHaveLength(1);
    expect(await world.published()).toHaveLength(1);
  });

  test("that comes twice changes nothing the second time", async () => {
    const change = world.end(output);
    await world.update([change]);
    const before = [await world.record(ID), await world.events(), await world.published()];
    expect(await world.update([change])).toMatchObject([{ outcome: "unchanged" }]);
    expect([await world.record(ID), await world.events(), await world.published()]).toEqual(before);
  });

  test("without input and output is completed from the execution", async () => {
    expect(await world.update([truncated(world.end(output))])).toMatchObject([
      { outcome: "updated", state: "SUCCEEDED" },
    ]);
    expect(await world.published()).toHaveLength(1);
  });

  test("without input, whose execution has it by url, finds its payload all the same", async () => {
    const large = payloadOf("mosaic", ["a"], { note: "x".repeat(130_000) });
    await world.process([large]);
    const id = "s2/workflow-mosaic/a";
    const [execution] = world.stepFunctions.running().filter(({ workflow }) => workflow === "mosaic");
    if (!execution) throw new Error("nothing runs");
    world.stepFunctions.end(execution, failed);
    const change = world.stepFunctions.events.at(-1) ?? "";
    expect(await world.update([truncated(change)])).toMatchObject([{ outcome: "updated", payloadId: id }]);
  });

  test("of an older execution leaves the payload to the newer one", async () => {
    const late = world.end(failed);
    await world.reconcile();
    await world.process([payloadOf("cog")]);
    expect(await world.update([late])).toMatchObject([
      { outcome: "unchanged", reason: expect.stringContaining("the payload is PROCESSING by execution") },
    ]);
    expect(await world.record(ID)).toMatchObject({ state: "PROCESSING", attempt: 2 });
  });

  test("RUNNING that comes after the end changes nothing", async () => {
    const [running] = world.stepFunctions.events;
    await world.update([world.end(failed)]);
    expect(await world.update([running ?? ""])).toMatchObject([
      { outcome: "unchanged", reason: "the payload is FAILED already" },
    ]);
  });

  test("of an execution that runs no payload, or one without a record, is none of ours", async () => {
    const { executions } = world.ports;
    await executions.start({ workflow: "cog", name: "by-hand", input: '{"a":1}' });
    await executions.start({ workflow: "cog", name: "by-hand-too", input: '{"id":"s2/workflow-cog/z"}' });
    world.stepFunctions.end({ workflow: "cog", name: "by-hand" }, failed);
    world.stepFunctions.end({ workflow: "cog", name: "by-hand-too" }, failed);
    expect(await world.update(world.stepFunctions.events.slice(-2))).toMatchObject([
      { outcome: "unchanged", reason: "execution by-hand runs no payload of ours" },
      { outcome: "unchanged", reason: "there is no record of the payload" },
    ]);
  });

  test("of a stage whose name goes on where this one's ends leaves the payload alone", async () => {
    const ours = world.end(failed);
    // Its stack is called cirrus-eu: the same payload, and so the same execution's name.
    const theirs = ours.replaceAll("cirrus-cog", "cirrus-eu-cog");
    expect(theirs).not.toBe(ours);
    expect(await world.update([theirs])).toMatchObject([{ outcome: "unchanged", payloadId: ID }]);
    expect(await world.record(ID)).toMatchObject({ state: "PROCESSING" });
    expect(await world.update([ours])).toMatchObject([{ outcome: "updated", state: "FAILED" }]);
  });

  test.each([
    ["no event", "{}", "not-a-status-change"],
    ["no JSON", "{", "not-json"],
  ])("that is %s is kept with a reason, and the others of its batch are not held up", async (_what, body, code) => {
    const outcomes = await world.update([body, world.end(output)]);
    expect(outcomes).toMatchObject([{ outcome: "rejected" }, { outcome: "updated" }]);
    expect((await world.ports.rejections.list({})).items).toMatchObject([{ code, raw: body }]);
  });

  test.each(["state.finish", "objects.put", "rejections.record", "announcements.publish"])(
    "comes again where %s fails, alone",
    async (call) => {
      await world.process([payloadOf("mosaic")]);
      const changes = [world.end(output, ID), "{"];
      const outcomes = await world.update(changes, (name) => (name === call ? { kind: "fail-before" } : undefined));
      expect(outcomes).toMatchObject([
        { outcome: call === "rejections.record" ? "updated" : "retry" },
        { outcome: call === "rejections.record" ? "retry" : "rejected" },
      ]);
      await world.update(changes);
      expect(await world.record(ID)).toMatchObject({ state: "SUCCEEDED", effectsPending: false });
      expect(await world.published()).toHaveLength(1);
    },
  );

  test("that tells of an end the engine does not know of yet comes again", async () => {
    const running = JSON.parse(world.stepFunctions.events[0] ?? "") as { detail: object };
    const early = JSON.stringify({ detail: { ...running.detail, status: "SUCCEEDED", stopDate: world.clock.now() } });
    expect(await world.update([early])).toMatchObject([
      { outcome: "retry", reason: expect.stringContaining("cannot be described as such yet") },
    ]);
  });
});

describe("a redriven execution", () => {
  async function redrive(): Promise<{ failure: string; running: string }> {
    const failure = world.end(failed);
    await world.update([failure]);
    world.clock.advance(5 * MINUTE);
    const [execution] = world.stepFunctions.starts;
    if (!execution) throw new Error("nothing was started");
    world.stepFunctions.redrive(execution);
    return { failure, running: world.stepFunctions.events.at(-1) ?? "" };
  }

  test("brings its payload back to PROCESSING, and then to its new end", async () => {
    const { running } = await redrive();
    expect(await world.update([running])).toMatchObject([{ outcome: "updated", state: "PROCESSING" }]);
    expect(await world.record(ID)).toMatchObject({ state: "PROCESSING", attempt: 1, lastError: undefined });
    await world.update([world.end(output)]);
    expect(await world.record(ID)).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
    expect(await world.published()).toHaveLength(1);
  });

  test("is not ended by the late event of its first end", async () => {
    const { failure, running } = await redrive();
    await world.update([running]);
    expect(await world.update([failure])).toMatchObject([
      { outcome: "unchanged", reason: "the execution was redriven since" },
    ]);
    expect(await world.record(ID)).toMatchObject({ state: "PROCESSING" });
  });

  test("that has ended again is not brought back by the late event of its redrive", async () => {
    for (const [end, state] of [
      [failed, "FAILED"],
      [output, "SUCCEEDED"],
    ] as const) {
      const { running } = await redrive();
      await world.update([world.end(end)]);
      expect(await world.update([running])).toMatchObject([
        { outcome: "unchanged", reason: "the redriven execution has ended again" },
      ]);
      expect(await world.record(ID)).toMatchObject({ state });
      await world.close();
      world = makeWorld();
      await world.process([payloadOf("cog")]);
    }
  });

  test("that failed twice keeps its second failure, whichever event comes last", async () => {
    const { failure, running } = await redrive();
    await world.update([running]);
    const second = world.end({ ...failed, cause: "again" });
    await world.update([second]);
    await world.update([failure]);
    expect(await world.record(ID)).toMatchObject({ state: "FAILED", lastError: { cause: "again" } });
  });

  test("needs no event of its redrive to be taken at its new end", async () => {
    await redrive();
    await world.update([world.end(output)]);
    expect(await world.record(ID)).toMatchObject({ state: "SUCCEEDED" });
  });
});
