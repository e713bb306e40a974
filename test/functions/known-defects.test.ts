/**
 * Defects that were reproduced on the system this one takes its formats from, each with what happens here instead.
 * `#1` and so on number the defects seen in its functions, `E1` and so on the failures provoked at its edges.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { postBatch } from "../../src/functions/post-batch/post-batch.ts";
import { processRecords } from "../../src/functions/process/process.ts";
import { extractRecords } from "../../src/payload/extract.ts";
import { executionName, parsePayloadId } from "../../src/payload/payload-id.ts";
import { makeMemoryObjects } from "../../src/testing/memory-objects.ts";
import { makeVirtualClock } from "../virtual-clock.ts";
import { always, type FaultPlan, once } from "./faults.ts";
import { truncated } from "./step-functions.ts";
import { makeWorld, payloadOf, VISIBILITY_MS, type World } from "./world.ts";

const ID = "s2/workflow-cog/a";
const payload = payloadOf("cog");
const replace = payloadOf([{ workflow: "cog", replace: true }]);
const failed = { status: "FAILED", error: "Boom", cause: "no" } as const;

let world: World;
beforeEach(() => {
  world = makeWorld();
});
afterEach(() => world.close());

async function redeliver() {
  world.clock.advance(VISIBILITY_MS + 1);
  return world.deliver();
}

const dieBeforeStart: FaultPlan = (call) =>
  call === "executions.start" || call === "objects.put" ? { kind: "crash-before" } : undefined;

describe("a payload is never stuck", () => {
  test("#1, E1: a Lambda that dies after the claim of a re-run is recovered by the next delivery", async () => {
    await world.process([payload]);
    await world.update([world.end(failed)]);
    expect(await world.process([payload], dieBeforeStart)).toBe("crashed");
    expect(await world.record(ID)).toMatchObject({ state: "CLAIMED", attempt: 2 });
    expect(await redeliver()).toMatchObject([{ outcome: "started", attempt: 2 }]);
    expect(world.stepFunctions.running()).toMatchObject([{ name: executionName(ID, 2) }]);
    await world.update([world.end(payload)]);
    expect(await world.record(ID)).toMatchObject({ state: "SUCCEEDED" });
  });

  test("E1b: so is one that dies after the first claim", async () => {
    await world.process([payload], dieBeforeStart);
    expect(await redeliver()).toMatchObject([{ outcome: "started", attempt: 1 }]);
  });

  test("#2: a workflow that ends before it is marked as started keeps its end, and the batch goes on", async () => {
    // The execution has failed, and its event was handled, by the time that the reply of its start arrives.
    const ended = makeWorld({
      change: ({ executions }) => ({
        executions: {
          ...executions,
          async start(request) {
            const outcome = await executions.start(request);
            if (request.workflow === "cog") await ended.update([ended.end(failed, ID)]);
            return outcome;
          },
        },
      }),
    });
    expect(await ended.process([payload, payloadOf("mosaic")])).toMatchObject([
      { outcome: "started" },
      { outcome: "started" },
    ]);
    expect(await ended.record(ID)).toMatchObject({ state: "FAILED", lastError: { error: "Boom" } });
    expect(await ended.record("s2/workflow-mosaic/a")).toMatchObject({ state: "PROCESSING" });
    await ended.close();
  });

  test("E5: a claim needs no read before it, so that no stale one can turn SUCCEEDED into PROCESSING", async () => {
    await world.process([payload]);
    await world.update([world.end(payload)]);
    expect(await world.process([payload], always("state.get"))).toMatchObject([{ outcome: "skipped" }]);
    expect(await world.record(ID)).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
  });

  test("E9: an event without the execution's input and output still ends the payload", async () => {
    await world.process([payload]);
    expect(await world.update([truncated(world.end(payload))])).toMatchObject([
      { outcome: "updated", state: "SUCCEEDED" },
    ]);
  });

  test("an event that is lost altogether is made up for by reconcile", async () => {
    await world.process([payload]);
    world.end(payload);
    await world.reconcile();
    expect(await world.record(ID)).toMatchObject({ state: "SUCCEEDED", effectsPending: false });
  });
});

describe("a payload never runs twice at once", () => {
  test("E2: a start whose reply was lost is started again under the same name, and there is one execution", async () => {
    await world.process([payload], once("executions.start", "fail-after"));
    expect(await world.record(ID)).toMatchObject({ state: "CLAIMED", lastError: undefined });
    expect(await redeliver()).toMatchObject([{ outcome: "started", attempt: 1 }]);
    expect(world.stepFunctions.starts).toHaveLength(1);
  });

  test("#5, E3: a late or repeated FAILED of an older execution neither overwrites nor lets a third one run", async () => {
    await world.process([payload]);
    const late = world.end(failed);
    await world.update([late]);
    await world.process([payload]);
    await world.update([late]);
    expect(await world.record(ID)).toMatchObject({ state: "PROCESSING", attempt: 2 });
    expect(await world.process([payload])).toMatchObject([{ outcome: "skipped" }]);
    expect(world.stepFunctions.overlaps).toEqual([]);
    expect(world.stepFunctions.starts).toHaveLength(2);
  });
});

describe("nothing is done twice and nothing is lost", () => {
  const chain = payloadOf([{ workflow: "cog" }, { workflow: "mosaic" }]);

  test("#6, E6: a SUCCEEDED that comes twice publishes items and sends chained payloads once", async () => {
    await world.process([chain]);
    const [execution] = world.stepFunctions.running();
    const event = world.end(JSON.parse(execution?.input ?? ""));
    await world.update([event, event]);
    await world.update([event]);
    expect(await world.published()).toHaveLength(1);
    expect(await world.queue.depth()).toMatchObject({ visible: 1 });
    await world.deliver();
    expect(world.stepFunctions.starts).toHaveLength(2);
  });

  test("#7: an empty chain_filter result ends the chain, and is no poison message", async () => {
    await world.process([payload]);
    await world.update([
      world.end(payloadOf([{ workflow: "cog" }, { workflow: "mosaic", chain_filter: "@.id == 'z'" }])),
    ]);
    expect(await world.events()).toContain(`CHAIN_ENDED ${ID}`);
    expect(await world.queue.depth()).toMatchObject({ visible: 0, inFlight: 0, dead: 0 });
  });

  test("#8: a chained payload of 300 KB travels by url, and runs", async () => {
    await world.process([payload]);
    await world.ports.objects.put("s3://payloads/out.json", JSON.stringify({ ...chain, note: "x".repeat(300_000) }));
    await world.update([world.end({ url: "s3://payloads/out.json" })]);
    expect(await world.deliver()).toMatchObject([{ outcome: "started", payloadId: "s2/workflow-mosaic/a" }]);
  });

  test("#9: a chained payload that the topic refuses is sent again, or recorded where that is no use", async () => {
    for (const transient of [true, false]) {
      let refusing = true;
      const refused = makeWorld({
        change: ({ intake }) => ({
          intake: {
            send: async (all) =>
              refusing
                ? all.map(({ id }) => ({ id, outcome: "failed", message: "refused", transient }))
                : intake.send(all),
          },
        }),
      });
      await refused.process([payload]);
      await refused.update([refused.end(chain)]);
      refusing = false;
      await refused.reconcile();
      expect(await refused.queue.depth()).toMatchObject({ visible: transient ? 1 : 0 });
      expect((await refused.ports.rejections.list({})).items).toHaveLength(transient ? 0 : 1);
      await refused.close();
    }
  });

  test("E12: a chain_filter that backtracks for ever elsewhere takes no time here, and none escapes its brackets", async () => {
    const id = `${"a".repeat(29)}!`;
    const process = [{ workflow: "cog" }, { workflow: "mosaic", chain_filter: "@.id =~ '(a+)+$'" }];
    const before = globalThis.process.cpuUsage().user;
    await world.process([payloadOf(process, [id])]);
    await world.update([world.end(payloadOf(process, [id]))]);
    // Microseconds of our own work, which a busy machine does not stretch: it was 46 seconds.
    expect(globalThis.process.cpuUsage().user - before).toBeLessThan(5_000_000);
    expect(await world.events()).toContain(`CHAIN_ENDED s2/workflow-cog/${id}`);
    const escaping = payloadOf([{ workflow: "cog" }, { workflow: "mosaic", chain_filter: "@.id)]..x[?(@.y" }]);
    expect(await world.process([escaping])).toMatchObject([{ outcome: "rejected" }]);
  });
});

describe("one message never takes its batch down", () => {
  test("#3: neither a missing object nor a throttle aborts the others, and each has its event or its reason", async () => {
    const bodies = [
      { url: "s3://payloads/none.json" },
      payloadOf("cog", ["b"]),
      payloadOf("cog", ["c"]),
      payloadOf("cog", ["d"]),
    ];
    const outcomes = await world.process(bodies, once("executions.start", "fail-before"));
    expect(outcomes).toMatchObject([
      { outcome: "rejected", code: "url-missing" },
      { outcome: "retry", reason: "executions cannot be reached" },
      { outcome: "started" },
      { outcome: "started" },
    ]);
    expect((await world.events()).filter((event) => event.startsWith("STARTED_PROCESSING"))).toHaveLength(2);
  });

  test("#4: an unknown workflow ends its payload FAILED, announced and on record, and its message is done with", async () => {
    expect(await world.process([payloadOf("nowhere")])).toMatchObject([{ outcome: "failed" }]);
    expect(await world.record("s2/workflow-nowhere/a")).toMatchObject({
      state: "FAILED",
      lastError: { error: "UnknownWorkflow" },
    });
    expect(await world.queue.depth()).toMatchObject({ visible: 0, inFlight: 0, dead: 0 });
  });

  test("E10: nine bad bodies among ten are nine rejections, and the tenth payload runs", async () => {
    const bad = [
      "[]",
      '{"url":null}',
      '{"url":"s3://payloads/none.json"}',
      '{"url":"https://example.com/x.json"}',
      JSON.stringify({ ...payload, id: 5 }),
      JSON.stringify({ ...payload, id: "s2/workflow-cog/\ud800" }),
      JSON.stringify({ ...payload, id: `s2/workflow-cog/${"x".repeat(1_200)}` }),
      JSON.stringify({ ...payload, id: "x".repeat(5_000) }),
      '{"type":"FeatureCollection"}\n{"type":"FeatureCollection"}',
    ];
    const event = {
      Records: [...bad, JSON.stringify(payload)].map((body, index) => ({ messageId: `m${index}`, body })),
    };
    const outcomes = await processRecords(extractRecords(event), world.ports);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([...bad.map(() => "rejected"), "started"]);
    expect((await world.ports.rejections.list({})).items).toHaveLength(bad.length);
  });

  test("#12: several payloads in one message are refused with the advice to send one each", async () => {
    const body = `${JSON.stringify(payload)}\n${JSON.stringify(replace)}`;
    const [outcome] = await processRecords(extractRecords({ Records: [{ messageId: "m", body }] }), world.ports);
    expect(outcome).toMatchObject({
      outcome: "rejected",
      reason: expect.stringContaining("send one message for each"),
    });
  });

  test("#13: 150 payloads in one call all run", async () => {
    const bodies = Array.from({ length: 150 }, (_, index) => ({
      messageId: `m${index}`,
      body: JSON.stringify(payloadOf("cog", [`i${index}`])),
    }));
    const inMemory = makeWorld({ objects: makeMemoryObjects });
    const outcomes = await processRecords(extractRecords({ Records: bodies }), inMemory.ports);
    expect(outcomes.filter(({ outcome }) => outcome === "started")).toHaveLength(150);
    await inMemory.close();
  });
});

describe("names mean one thing", () => {
  test("#14: an ID that could be read in two ways, or a workflow that would break it, is refused", async () => {
    expect(parsePayloadId("a/workflow-b/workflow-c/d")).toBeUndefined();
    expect(await world.process([{ ...payload, id: "a/workflow-cog/workflow-c/d" }, payloadOf("w_1")])).toMatchObject([
      { outcome: "rejected" },
      { outcome: "rejected" },
    ]);
  });

  test("E11: an ID of one workflow with a process of another is refused", async () => {
    expect(await world.process([{ ...payload, id: "s2/workflow-mosaic/a" }])).toMatchObject([
      { outcome: "rejected", code: "bad-payload-id" },
    ]);
  });
});

describe("the true error is kept", () => {
  const job = {
    JobName: "cog",
    StatusReason: "Host EC2 (instance i-1) terminated.",
    Attempts: [],
    Container: { ExitCode: 137 },
  };

  test("#10: a Batch failure without a message of its own is told in Batch's words", async () => {
    await world.process([payload]);
    await world.update([world.end({ status: "FAILED", error: "States.TaskFailed", cause: JSON.stringify(job) })]);
    expect((await world.record(ID))?.lastError).toEqual({
      error: "States.TaskFailed",
      cause: "Batch job cog: Host EC2 (instance i-1) terminated.; exit code 137",
    });
  });

  test("E8: a cause that was cut at 32 KiB still gives the task's error", async () => {
    const cause = JSON.stringify({
      Attempts: [{ Container: { LogStreamName: "stream" } }],
      Container: { Environment: "y".repeat(40_000) },
    }).slice(0, 32_768);
    const logs = { tail: async () => [{ at: "2030-01-01T00:00:00.000Z", message: "ValueError: the real one" }] };
    const ports = { objects: makeMemoryObjects(makeVirtualClock()), payloads: world.ports.payloads, logs };
    await expect(postBatch({ error: { Error: "States.TaskFailed", Cause: cause } }, ports)).rejects.toMatchObject({
      error: "ValueError",
      errorCause: "the real one",
    });
  });
});
