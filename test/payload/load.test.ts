import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { TransientError } from "../../src/errors.ts";
import { loadPayloadObject } from "../../src/payload/load.ts";
import type { GetOutcome, ObjectStore } from "../../src/payload/object-store.ts";

const url = "s3://payloads/cirrus/1.json";
const rules = { allowed: ["s3://payloads/cirrus", "s3://whole-bucket"], maxBytes: 1000 };

/** Only `get` matters here; it answers what it is given and remembers what it was asked. */
function storeWith(answer: Uint8Array | string | GetOutcome) {
  const asked: string[] = [];
  const found = (body: Uint8Array): GetOutcome => ({
    outcome: "found",
    body,
    head: { url, size: body.length, modified: "2024-01-01T00:00:00.000Z" },
  });
  const outcome =
    typeof answer === "string" ? found(Buffer.from(answer)) : answer instanceof Uint8Array ? found(answer) : answer;
  const objects: Pick<ObjectStore, "get"> = {
    async get(wanted) {
      asked.push(wanted);
      return outcome;
    },
  };
  return { objects, asked };
}

describe("a payload object is loaded", () => {
  test.each([
    ["as text", '{"a":1}'],
    ["compressed", gzipSync('{"a":1}')],
    ["with a byte order mark", '\ufeff{"a":1}'],
  ])("%s", async (_how, body) => {
    expect(await loadPayloadObject(storeWith(body).objects, url, rules)).toEqual({
      outcome: "loaded",
      value: { a: 1 },
    });
  });

  test("from anywhere in an allowed bucket", async () => {
    expect(await loadPayloadObject(storeWith("1").objects, "s3://whole-bucket/any/key", rules)).toMatchObject({
      outcome: "loaded",
    });
  });
});

describe("a payload object is rejected", () => {
  test.each([
    "https://payloads.s3.amazonaws.com/cirrus/1.json",
    "file:///etc/passwd",
    "s3://payloads/other/1.json",
    "s3://payloads/cirrus-of-others/1.json",
    "s3://payloads.evil/cirrus/1.json",
    "s3://whole-bucket-too/1.json",
    "s3://payloads/cirrus/../secrets.json",
    "s3://payloads/cirrus/./1.json",
    "s3://payloads/cirrus//1.json",
    "s3://payloads",
    "",
  ])("without being read where its URL is %s", async (wanted) => {
    const { objects, asked } = storeWith('{"a":1}');
    expect(await loadPayloadObject(objects, wanted, rules)).toMatchObject({
      outcome: "rejected",
      code: "url-not-allowed",
    });
    expect(asked).toEqual([]);
  });

  test.each<[string, GetOutcome | string | Uint8Array, string]>([
    ["it is not there", { outcome: "missing" }, "url-missing"],
    ["it may not be read", { outcome: "denied", message: "AccessDenied" }, "url-denied"],
    ["it is too large", { outcome: "too-large", size: 5000 }, "url-too-large"],
    ["it unfolds to more than the limit", gzipSync("x".repeat(100_000)), "url-too-large"],
    ["its compression is damaged", gzipSync("{}").subarray(0, 8), "not-json"],
    ["it is no UTF-8", Uint8Array.of(0x22, 0xff, 0x22), "not-json"],
    ["it is no JSON", "{", "not-json"],
    ["it is empty", "", "not-json"],
  ])("where %s, with its URL and why", async (_why, answer, code) => {
    expect(await loadPayloadObject(storeWith(answer).objects, url, rules)).toEqual({
      outcome: "rejected",
      code,
      reason: expect.stringContaining(url),
    });
  });

  test("by nobody where the store cannot answer: that passes, and the message comes again", async () => {
    const { objects } = storeWith("{}");
    const throttled: Pick<ObjectStore, "get"> = {
      ...objects,
      get: () => Promise.reject(new TransientError("SlowDown")),
    };
    await expect(loadPayloadObject(throttled, url, rules)).rejects.toBeInstanceOf(TransientError);
  });
});
