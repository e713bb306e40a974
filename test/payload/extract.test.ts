import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Extracted, extractOne, extractRecords, type IncomingRecord } from "../../src/payload/extract.ts";
import { loadPayloadObject } from "../../src/payload/load.ts";
import type { ObjectStore } from "../../src/payload/object-store.ts";
import { parsePayload } from "../../src/payload/payload.ts";

const payload = { type: "FeatureCollection", id: "c/workflow-w/1", features: [], process: [{ workflow: "w" }] };
const other = { ...payload, id: "c/workflow-w/2" };

const sqs = (body: unknown, messageId = "q-1") => ({
  messageId,
  receiptHandle: "handle",
  body,
  attributes: { ApproximateReceiveCount: "3" },
  eventSource: "aws:sqs",
});
const notification = (message: unknown, id = "n-1") => ({
  Type: "Notification",
  MessageId: id,
  TopicArn: "arn:aws:sns:eu-west-1:1:t",
  Message: message,
});
const sns = (message: unknown, id = "n-1") => ({
  EventSource: "aws:sns",
  EventVersion: "1.0",
  Sns: notification(message, id),
});
const text = JSON.stringify;

function only(event: unknown): IncomingRecord {
  const [record, ...others] = extractRecords(event);
  if (record === undefined || others.length > 0) throw new Error("expected exactly one record");
  return record;
}

describe("a payload is found", () => {
  test("as it is", () => {
    expect(only(payload)).toEqual({
      messageId: createHash("sha256").update(text(payload)).digest("hex"),
      raw: text(payload),
      extracted: { outcome: "payload", value: payload },
    });
  });

  test("in an SQS message, which is how raw delivery of a topic looks too", () => {
    expect(only({ Records: [sqs(text(payload))] })).toEqual({
      messageId: "q-1",
      itemIdentifier: "q-1",
      receiveCount: 3,
      raw: text(payload),
      extracted: { outcome: "payload", value: payload },
    });
  });

  test("in an SNS notification", () => {
    const record = only({ Records: [sns(text(payload))] });
    expect(record).toMatchObject({ messageId: "n-1", extracted: { outcome: "payload", value: payload } });
    expect(record).not.toHaveProperty("itemIdentifier");
  });

  test("in an SNS notification in an SQS message, known by the notification's ID and reported by the queue's", () => {
    const body = text(notification(text(payload)));
    expect(only({ Records: [sqs(body)] })).toEqual({
      messageId: "n-1",
      itemIdentifier: "q-1",
      receiveCount: 3,
      raw: body,
      extracted: { outcome: "payload", value: payload },
    });
  });

  test.each<[string, (value: unknown, id: string) => unknown]>([
    ["SQS", (value, id) => sqs(text(value), id)],
    ["SNS", (value, id) => sns(text(value), id)],
    ["SNS in SQS", (value, id) => sqs(text(notification(text(value), id)), id)],
  ])("several times in one event, in order: %s", (_name, wrap) => {
    const records = extractRecords({ Records: [wrap(payload, "1"), wrap(other, "2"), wrap(payload, "3")] });
    expect(records.map(({ messageId }) => messageId)).toEqual(["1", "2", "3"]);
    expect(records.map(({ extracted }) => extracted)).toEqual(
      [payload, other, payload].map((value) => ({ outcome: "payload", value })),
    );
  });

  test("nowhere in an event without records", () => {
    expect(extractRecords({ Records: [] })).toEqual([]);
  });
});

describe("the URL of a payload is found", () => {
  const url = "s3://payloads/cirrus/tmp/oversized/1.json";
  const found: Extracted = { outcome: "url", url };

  test.each([
    ["as it is", { url }],
    ["in a notification", sns(text({ url }))],
    ["in a message", sqs(text({ url }))],
    ["in a notification in a message", sqs(text(notification(text({ url }))))],
    [
      "in a Batch job's result",
      { JobId: "1", Status: "SUCCEEDED", Parameters: { url: "s3://payloads/in.json", url_out: url } },
    ],
    ["in the result of a job that writes over its input", { JobId: "1", Status: "SUCCEEDED", Parameters: { url } }],
    ["in the result of a job whose definition leaves url_out empty", { Parameters: { url, url_out: "" } }],
    ["first, where a job's parameters are there too", { url, Parameters: { url_out: "s3://payloads/other.json" } }],
  ])("%s", (_name, record) => {
    expect(only(record).extracted).toEqual(found);
    expect(only({ Records: [record] }).extracted).toEqual(found);
  });
});

const readOnly: Pick<ObjectStore, "get"> = { get: async () => ({ outcome: "missing" }) };

/** What `process` does with a record before any store is asked: the payload, or a reason why there is none. */
async function verdict({ extracted }: IncomingRecord): Promise<string> {
  if (extracted.outcome === "unreadable") return extracted.problems[0]?.code ?? "no reason";
  if (extracted.outcome === "payload") {
    const parsed = parsePayload(extracted.value);
    return "problems" in parsed ? (parsed.problems[0]?.code ?? "no reason") : "payload";
  }
  const loaded = await loadPayloadObject(readOnly, extracted.url, { allowed: ["s3://payloads"], maxBytes: 1e6 });
  return loaded.outcome === "rejected" ? loaded.code : "payload";
}

describe("E10: one bad record among good ones", () => {
  const bad: readonly (readonly [string, unknown, string])[] = [
    ["an empty array", "[]", "not-a-payload"],
    ["a url that is null", '{"url":null}', "not-a-payload"],
    ["a url that is a number", '{"url":5}', "not-a-payload"],
    ["a url to an object that is not there", '{"url":"s3://payloads/missing.json"}', "url-missing"],
    ["an https url", '{"url":"https://169.254.169.254/latest/meta-data"}', "url-not-allowed"],
    ["a url in a foreign bucket", '{"url":"s3://payloads-of-others/1.json"}', "url-not-allowed"],
    ["an ID that is not a text", text({ ...payload, id: 5 }), "not-a-payload"],
    [
      "half a character in the ID",
      '{"type":"FeatureCollection","id":"c/workflow-w/\\ud800","process":[{"workflow":"w"}]}',
      "lone-surrogate",
    ],
    ["an ID of 5000 characters", text({ ...payload, id: `c/workflow-w/${"x".repeat(5000)}` }), "bad-payload-id"],
    ["text that is not JSON", "hello", "not-json"],
    ["NDJSON", `${text(payload)}\n${text(other)}`, "not-json"],
    ["an empty body", "", "not-json"],
    ["a body that is null", null, "not-a-payload"],
    ["deep nesting", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, "too-deep"],
    [
      "deep nesting within a member",
      text({ ...payload, note: 0 }).replace('"note":0', `"note":${"[".repeat(80)}${"]".repeat(80)}`),
      "too-deep",
    ],
    ["a bare number", "5", "not-a-payload"],
    ["JSON null", "null", "not-a-payload"],
    [
      "a key __proto__",
      '{"type":"FeatureCollection","id":"c/workflow-w/1","process":[{"workflow":"w"}],"__proto__":{"x":1}}',
      "forbidden-key",
    ],
    ["a notification without a text", text({ ...notification("x"), Message: 7 }), "not-a-payload"],
    ["a notification whose text is not JSON", text(notification("{")), "not-json"],
    ["process as a text", text({ ...payload, process: "w" }), "not-a-payload"],
    ["a directory traversal", '{"url":"s3://payloads/a/../../etc/passwd"}', "url-not-allowed"],
  ];

  test.each(bad)("%s", async (_what, body, code) => {
    const good = (id: string) => sqs(text(payload), id);
    const records = extractRecords({ Records: [good("1"), sqs(body, "2"), good("3")] });
    expect(records.map(({ itemIdentifier }) => itemIdentifier)).toEqual(["1", "2", "3"]);
    expect(await Promise.all(records.map(verdict))).toEqual(["payload", code, "payload"]);
  });

  test("a body larger than the limit is refused before it is parsed", () => {
    const [record] = extractRecords(sqs(text(payload)), { maxBytes: 10 });
    expect(record?.extracted).toMatchObject({ outcome: "unreadable", problems: [{ code: "too-large" }] });
  });

  test("NDJSON is told to send one message a line", () => {
    const { extracted } = only(sqs(`${text(payload)}\n${text(other)}`));
    expect(extracted).toMatchObject({ problems: [{ hint: expect.stringContaining("one message for each") }] });
  });

  test("a message without an ID is known by its body and never reported by an empty identifier", () => {
    const record = only({ Records: [{ body: "x", messageId: "" }] });
    expect(record.messageId).toBe(createHash("sha256").update("x").digest("hex"));
    expect(record).not.toHaveProperty("itemIdentifier");
  });

  test("a value nested without end is described instead of serialised", () => {
    let bottomless: unknown = 1;
    for (let level = 0; level < 100_000; level++) bottomless = { Records: bottomless };
    expect(only(bottomless).extracted).toMatchObject({ outcome: "unreadable", problems: [{ code: "too-deep" }] });
  });
});

describe("whatever arrives", () => {
  test("every record has exactly one outcome, and none throws", () => {
    const record = fc.oneof(
      fc.anything(),
      fc.record(
        { body: fc.oneof(fc.string(), fc.json(), fc.anything()), messageId: fc.anything(), attributes: fc.anything() },
        { requiredKeys: [] },
      ),
      fc.record({
        Sns: fc.oneof(
          fc.anything(),
          fc.record({ Message: fc.oneof(fc.json(), fc.anything()), MessageId: fc.anything() }),
        ),
      }),
      fc.record({ url: fc.anything(), Parameters: fc.anything() }, { requiredKeys: [] }),
    );
    fc.assert(
      fc.property(fc.array(record), (Records) => {
        const extracted = extractRecords({ Records });
        expect(extracted).toHaveLength(Records.length);
        for (const { messageId, itemIdentifier } of extracted) {
          expect(messageId).not.toBe("");
          expect(itemIdentifier).not.toBe("");
        }
      }),
    );
  });

  test("the event itself may be anything", () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string(), fc.jsonValue()), (event) => {
        expect(() => extractRecords(event)).not.toThrow();
      }),
    );
  });
});

describe("a task", () => {
  test("takes exactly one payload", () => {
    expect(extractOne({ Records: [sqs(text(payload))] })).toEqual({ outcome: "payload", value: payload });
  });

  test("refuses none and several", () => {
    expect(() => extractOne({ Records: [] })).toThrow("found no payload in the event");
    expect(() => extractOne({ Records: [sqs("{}"), sqs("{}")] })).toThrow("found 2 payloads in the event");
  });
});
