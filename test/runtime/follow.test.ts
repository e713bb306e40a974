import { describe, expect, test } from "vitest";
import type { MessageOutcome } from "../../src/embedded/messages/message-log.ts";
import type { Json } from "../../src/json.ts";
import { nextPayloads } from "../../src/payload/chain.ts";
import { parsePayload } from "../../src/payload/payload.ts";
import { type Followed, makeFollower } from "../../src/runtime/follow.ts";
import type { PayloadRecord } from "../../src/state/state-store.ts";
import { featureOf } from "../cli/temporary-project.ts";

/** Stores that a test fills as the system would. */
function setUp({ chains = true } = {}) {
  const outcomes = new Map<string, MessageOutcome>();
  const records = new Map<string, PayloadRecord>();
  const outputs = new Map<string, string>();
  const follower = makeFollower({
    messages: { get: async (message) => outcomes.get(message) },
    state: { get: async (ids) => ids.flatMap((id) => records.get(id) ?? []) },
    objects: {
      async get(url) {
        const body = outputs.get(url);
        if (body === undefined) return { outcome: "missing" };
        return {
          outcome: "found",
          body: Buffer.from(body),
          head: { url, size: body.length, modified: "2030-01-01T00:00:00.000Z" },
        };
      },
    },
    chains,
  });
  const decide = (message: string, outcome: MessageOutcome["outcome"], payloadId?: string, reason?: string) =>
    outcomes.set(message, { message, outcome, at: "2030-01-01T00:00:00.000Z", payloadId, reason });
  const put = (payloadId: string, more: Partial<PayloadRecord>) => records.set(payloadId, recordOf(payloadId, more));
  return { follower, decide, put, records, outputs };
}

function recordOf(payloadId: string, more: Partial<PayloadRecord>): PayloadRecord {
  const [collections = "", workflow = "", itemids = ""] = payloadId.split("/");
  const at = "2030-01-01T00:00:00.000Z";
  return {
    payloadId,
    collections,
    workflow: workflow.replace("workflow-", ""),
    itemids,
    state: "PROCESSING",
    version: 2,
    attempt: 1,
    execution: "execution-1",
    created: at,
    updated: at,
    claimedAt: at,
    startedAt: at,
    endedAt: undefined,
    lastError: undefined,
    outputs: [],
    inputUrl: "s3://payloads/input.json",
    outputUrl: undefined,
    lineage: { depth: 0, ancestors: [] },
    effectsPending: false,
    messages: [],
    ...more,
  };
}

const shown = (followed: readonly Followed[]) =>
  followed.map(({ depth, payloadId, settled }) => `${depth} ${payloadId ?? "-"} ${settled ? "settled" : "open"}`);

const ID = "demo/workflow-first/scene";

describe("following a message", () => {
  test("waits for the message, for the payload's end, and for the effects of that end", async () => {
    const { follower, decide, put } = setUp();
    follower.add("payload.json", "m1");
    expect(shown(await follower.look())).toEqual(["0 - open"]);
    decide("m1", "started", ID);
    put(ID, { state: "CLAIMED" });
    expect(shown(await follower.look())).toEqual([`0 ${ID} open`]);
    put(ID, { state: "SUCCEEDED", effectsPending: true });
    expect(shown(await follower.look())).toEqual([`0 ${ID} open`]);
    put(ID, { state: "SUCCEEDED" });
    expect(shown(await follower.look())).toEqual([`0 ${ID} settled`]);
  });

  test.each(["rejected", "given-up"] as const)("that was %s is settled with its reason", async (outcome) => {
    const { follower, decide } = setUp();
    follower.add("payload.json", "m1");
    decide("m1", outcome, undefined, "It can never run.");
    expect(await follower.look()).toMatchObject([{ settled: true, outcome: { reason: "It can never run." } }]);
  });

  test("that was skipped because its payload runs already waits for that payload", async () => {
    const { follower, decide, put } = setUp();
    follower.add("payload.json", "m1");
    decide("m1", "skipped", ID, "It runs.");
    put(ID, {});
    expect(shown(await follower.look())).toEqual([`0 ${ID} open`]);
    put(ID, { state: "FAILED" });
    expect(shown(await follower.look())).toEqual([`0 ${ID} settled`]);
  });

  test("whose payload waits for others goes on while any of them runs, and ends a little after the last", async () => {
    const { follower, decide, put } = setUp();
    follower.add("member.json", "m-1");
    follower.add("waiter.json", "m-2");
    decide("m-1", "started", ID);
    decide("m-2", "waiting", "demo/workflow-second/scene");
    put(ID, {});
    put("demo/workflow-second/scene", { state: "WAITING" });
    const settled = async () => (await follower.look()).map((one) => one.settled);
    for (let looks = 0; looks < 20; looks += 1) expect(await settled()).toEqual([false, false]);
    put(ID, { state: "SUCCEEDED" });
    expect(await settled()).toEqual([true, false]);
    // What was awaited has just ended: in a moment it runs.
    put("demo/workflow-second/scene", { state: "PROCESSING" });
    for (let looks = 0; looks < 20; looks += 1) expect(await settled()).toEqual([true, false]);
    put("demo/workflow-second/scene", { state: "WAITING" });
    for (let looks = 0; looks < 10; looks += 1) expect(await settled()).toEqual([true, false]);
    expect(await settled()).toEqual([true, true]);
  });

  test("that was not sent shows the payload that has ended before", async () => {
    const { follower, put } = setUp();
    put(ID, { state: "FAILED" });
    follower.addEnded("payload.json", ID, "It failed before.");
    expect(await follower.look()).toMatchObject([
      { settled: true, record: { state: "FAILED" }, outcome: { outcome: "skipped", reason: "It failed before." } },
    ]);
  });
});

describe("following a chain", () => {
  const output: Json = {
    type: "FeatureCollection",
    id: ID,
    features: [JSON.parse(JSON.stringify(featureOf("scene")))],
    process: [{ workflow: "first" }, [{ workflow: "second" }, { workflow: "third", chain_filter: "@.id =~ 'never'" }]],
  };
  const OUTPUT_URL = "s3://payloads/output.json";

  function effects(): readonly string[] {
    const parsed = parsePayload(output);
    if (!("payload" in parsed)) throw new Error(JSON.stringify(parsed.problems));
    const record = recordOf(ID, { state: "SUCCEEDED", outputUrl: OUTPUT_URL });
    return nextPayloads({ ...record, output: parsed.payload }).map(({ effect }) => effect);
  }

  test("goes on with every payload that comes of the end, also with those that never come", async () => {
    const { follower, decide, put, outputs } = setUp();
    follower.add("payload.json", "m1");
    decide("m1", "started", ID);
    outputs.set(OUTPUT_URL, JSON.stringify(output));
    put(ID, { state: "SUCCEEDED", outputUrl: OUTPUT_URL });
    expect(shown(await follower.look())).toEqual([`0 ${ID} settled`, "1 - open", "1 - settled"]);

    const second = "demo/workflow-second/scene";
    decide(effects()[0] ?? "", "started", second);
    put(second, { state: "SUCCEEDED" });
    expect(shown(await follower.look())).toEqual([`0 ${ID} settled`, `1 ${second} settled`, "1 - settled"]);
  });

  test("is left out where only the payload itself was asked for", async () => {
    const { follower, decide, put, outputs } = setUp({ chains: false });
    follower.add("payload.json", "m1");
    decide("m1", "started", ID);
    outputs.set(OUTPUT_URL, JSON.stringify(output));
    put(ID, { state: "SUCCEEDED", outputUrl: OUTPUT_URL });
    expect(shown(await follower.look())).toEqual([`0 ${ID} settled`]);
  });
});
