/** Messages that are no payloads, payloads that lie elsewhere, and what their neighbours have to suffer: nothing. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { processRecords } from "../../src/functions/process/process.ts";
import type { Json } from "../../src/json.ts";
import { always, once } from "./faults.ts";
import { makeWorld, payloadOf, recordsOf, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = makeWorld({ maxBytes: 50_000 });
});
afterEach(() => world.close());

const neighbours = [payloadOf("cog", ["before"]), payloadOf("cog", ["after"])] as const;

/** Raw bodies, as SQS delivers them. */
function processRaw(...bodies: readonly string[]) {
  return processRecords(recordsOf(bodies.map((body, index) => ({ messageId: `raw-${index}`, body }))), world.ports);
}

/** Between two good ones. */
function processBetween(body: string) {
  return processRaw(JSON.stringify(neighbours[0]), body, JSON.stringify(neighbours[1]));
}

const long = "x".repeat(5_000);

describe("a message that can never run", () => {
  test.each([
    ["no JSON", "{", "not-json", "RECORD_EXTRACT_FAILED"],
    ["empty", "", "not-json", "RECORD_EXTRACT_FAILED"],
    ["several JSON texts", '{"a":1}\n{"b":2}', "not-json", "RECORD_EXTRACT_FAILED"],
    ["a list", "[]", "not-a-payload", "RECORD_EXTRACT_FAILED"],
    ["a number", "5", "not-a-payload", "RECORD_EXTRACT_FAILED"],
    ["an object without members", "{}", "not-a-payload", "NOT_A_PROCESS_PAYLOAD"],
    ["url null", '{"url":null}', "not-a-payload", "RECORD_EXTRACT_FAILED"],
    ["a url elsewhere", '{"url":"https://example.com/p.json"}', "url-not-allowed", "NOT_A_PROCESS_PAYLOAD"],
    ["a url in a foreign bucket", '{"url":"s3://other-bucket/p.json"}', "url-not-allowed", "NOT_A_PROCESS_PAYLOAD"],
    ["a url that climbs out", '{"url":"s3://payloads/../other/p.json"}', "url-not-allowed", "NOT_A_PROCESS_PAYLOAD"],
    ["a url to nothing", '{"url":"s3://payloads/none.json"}', "url-missing", "NOT_A_PROCESS_PAYLOAD"],
    ["an ID that is no text", JSON.stringify(payloadOf("cog", ["a"], { id: 5 })), undefined, "NOT_A_PROCESS_PAYLOAD"],
    [
      "half a character in its ID",
      JSON.stringify(payloadOf("cog", ["a"], { id: "s2/workflow-cog/\ud800" })),
      undefined,
      undefined,
    ],
    ["an ID of 5,000 characters", JSON.stringify(payloadOf("cog", [long])), "bad-payload-id", "NOT_A_PROCESS_PAYLOAD"],
    [
      "an ID of another workflow",
      JSON.stringify(payloadOf("cog", ["a"], { id: "s2/workflow-mosaic/a" })),
      "bad-payload-id",
      "NOT_A_PROCESS_PAYLOAD",
    ],
    ["no items and no ID", JSON.stringify(payloadOf("cog", [])), "bad-payload-id", "NOT_A_PROCESS_PAYLOAD"],
    ["no workflow", JSON.stringify(payloadOf([{}])), undefined, "NOT_A_PROCESS_PAYLOAD"],
    ["an empty process", JSON.stringify(payloadOf([])), undefined, "NOT_A_PROCESS_PAYLOAD"],
    ["a key that reaches the prototype", '{"__proto__":{"x":1},"type":"FeatureCollection"}', undefined, undefined],
    ["10,000 brackets", "[".repeat(10_000), "too-deep", "RECORD_EXTRACT_FAILED"],
  ])(
    "because it is %s is rejected with its raw text and a reason, and its neighbours run",
    async (_what, raw, code, event) => {
      const outcomes = await processBetween(raw);
      expect(outcomes.filter(({ outcome }) => outcome === "started")).toHaveLength(2);
      const rejected = outcomes.find((one) => one.outcome === "rejected");
      expect(rejected).toMatchObject({ message: "raw-1", reason: expect.stringMatching(/\S/) });
      if (code) expect(rejected).toMatchObject({ code });
      const { items } = await world.ports.rejections.list({});
      expect(items).toMatchObject([{ id: rejected?.rejectionId, reason: rejected?.reason, raw: raw.toWellFormed() }]);
      if (event) expect((await world.events()).filter((one) => one.startsWith(event))).toHaveLength(1);
    },
  );

  test("is one rejection however often it comes, and is acknowledged", async () => {
    for (let times = 0; times < 3; times++) await processRaw("{");
    expect((await world.ports.rejections.list({})).items).toHaveLength(1);
    await world.process([{ nothing: true }]);
    expect(await world.queue.depth()).toMatchObject({ visible: 0, inFlight: 0, dead: 0 });
  });

  test("comes again where its rejection could not be stored, while its neighbours run", async () => {
    const outcomes = await world.process([neighbours[0], { nothing: true }], always("rejections.record"));
    expect(outcomes).toMatchObject([
      { outcome: "retry", reason: "rejections cannot be reached" },
      { outcome: "started" },
    ]);
    expect(await world.queue.depth()).toMatchObject({ inFlight: 1 });
    world.clock.advance(200_000);
    expect(await world.deliver()).toMatchObject([{ outcome: "rejected" }]);
  });

  test("is acknowledged even where nobody could be told", async () => {
    expect(await world.process([{ nothing: true }], always("announcements.publish"))).toMatchObject([
      { outcome: "rejected" },
    ]);
    expect(world.warnings).toEqual(["events not announced"]);
  });
});

describe("a payload at a url", () => {
  const url = "s3://payloads/incoming/a.json";
  const put = (body: string) => world.ports.objects.put(url, body);

  test("runs like one in the message", async () => {
    await put(JSON.stringify(payloadOf("cog")));
    expect(await world.process([{ url }])).toMatchObject([{ outcome: "started", payloadId: "s2/workflow-cog/a" }]);
  });

  test.each([
    ["is too large", `"${long.repeat(11)}"`, "url-too-large"],
    ["is no JSON", "{", "not-json"],
  ])("that %s is rejected unread", async (_what, body, code) => {
    await put(body);
    expect(await world.process([{ url }])).toMatchObject([{ outcome: "rejected", code }]);
  });

  test("comes again where the store cannot answer", async () => {
    await put(JSON.stringify(payloadOf("cog")));
    expect(await world.process([{ url }, neighbours[0]], once("objects.get", "fail-before"))).toMatchObject([
      { outcome: "retry", reason: "objects cannot be reached" },
      { outcome: "started" },
    ]);
  });
});

test("every envelope of SQS and SNS leads to the same payload", async () => {
  const payload = payloadOf("cog");
  const wrapped: readonly Json[] = [
    payload,
    { Type: "Notification", MessageId: "m", Message: JSON.stringify(payload) },
  ];
  const outcomes = await processRaw(...wrapped.map((one) => JSON.stringify(one)));
  expect(outcomes.map(({ payloadId }) => payloadId)).toEqual(["s2/workflow-cog/a", "s2/workflow-cog/a"]);
  expect(await processRecords([], world.ports)).toEqual([]);
});
