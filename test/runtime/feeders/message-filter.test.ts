/** Filter policies, as the developer guide of SNS describes them. */
import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/json.ts";
import { readMessageFilter } from "../../../src/runtime/feeders/topics/message-filter.ts";

const attributes = {
  event_type: { type: "String", value: "SUCCEEDED" },
  workflow: { type: "String", value: "mirror-all" },
  cloud_cover: { type: "Number", value: 12.5 },
} as const;
const body = JSON.stringify({
  collection: "scenes",
  properties: { "eo:cloud_cover": 12.5, instruments: ["oli", "tirs"] },
  links: [{ rel: "self" }, { rel: "via" }],
});

const passes = (policy: Json, scope?: Json) => readMessageFilter(policy, scope)?.({ body, attributes });

describe("by attributes", () => {
  test.each<[Json, boolean]>([
    [{}, true],
    [{ event_type: ["SUCCEEDED"] }, true],
    [{ event_type: ["FAILED", "SUCCEEDED"], workflow: [{ prefix: "mirror" }] }, true],
    [{ event_type: ["SUCCEEDED"], workflow: ["mirror"] }, false],
    [{ workflow: [{ suffix: "-all" }] }, true],
    [{ workflow: [{ suffix: "mirror" }] }, false],
    [{ event_type: [{ "equals-ignore-case": "succeeded" }] }, true],
    [{ event_type: ["succeeded"] }, false],
    [{ event_type: [{ "anything-but": ["FAILED", "INVALID"] }] }, true],
    [{ event_type: [{ "anything-but": "SUCCEEDED" }] }, false],
    [{ workflow: [{ "anything-but": { prefix: "mirror" } }] }, false],
    [{ error: [{ "anything-but": "Timeout" }] }, false],
    [{ error: [{ exists: false }] }, true],
    [{ error: [{ exists: true }] }, false],
    [{ cloud_cover: [{ numeric: [">=", 0, "<", 12.5] }] }, false],
    [{ cloud_cover: [{ numeric: [">=", 0, "<=", 12.5] }] }, true],
    [{ cloud_cover: [{ numeric: ["=", 12.5] }] }, true],
    [{ workflow: [{ numeric: [">", 0] }] }, false],
    [{ $or: [{ event_type: ["FAILED"] }, { workflow: ["mirror-all"] }] }, true],
    [{ $or: [{ event_type: ["FAILED"] }, { workflow: ["mirror"] }], cloud_cover: [12.5] }, false],
    ['{"event_type": ["SUCCEEDED"]}', true],
  ])("%j", (policy, expected) => expect(passes(policy)).toBe(expected));
});

describe("by the body", () => {
  test.each<[Json, boolean]>([
    [{ collection: ["scenes"] }, true],
    [{ event_type: ["SUCCEEDED"] }, false],
    [{ properties: { "eo:cloud_cover": [{ numeric: ["<", 20] }], instruments: ["tirs"] } }, true],
    [{ properties: { instruments: ["msi"] } }, false],
    [{ properties: { instruments: [{ exists: false }] } }, false],
    [{ assets: { B4: [{ exists: false }] } }, true],
    [{ links: { rel: ["via"] } }, true],
    [{ links: { rel: ["root"] } }, false],
  ])("%j", (policy, expected) => expect(passes(policy, "MessageBody")).toBe(expected));

  test.each([["scenes"], [{ exists: false }]])("one that is no JSON fits nothing, nor collection: %j", (condition) => {
    const filter = readMessageFilter({ collection: [condition] }, "MessageBody");
    expect(filter?.({ body: "scenes", attributes })).toBe(false);
  });

  test.each([["null"], ['""']])("a value that is %s is none that exists", (value) => {
    const filter = readMessageFilter({ collection: [{ exists: true }] }, "MessageBody");
    expect(filter?.({ body: `{"collection": ${value}}`, attributes })).toBe(false);
  });
});

test.each<[Json]>([
  [{ ip: [{ cidr: "10.0.0.0/24" }] }],
  [{ event_type: "SUCCEEDED" }],
  [{ event_type: [{ prefix: "S", suffix: "D" }] }],
  [{ event_type: [["SUCCEEDED"]] }],
  [{ cloud_cover: [{ numeric: [">"] }] }],
  [{ cloud_cover: [{ numeric: [] }] }],
  [{ cloud_cover: [{ numeric: ["!=", 1] }] }],
  [{ event_type: [{ "anything-but": [{ cidr: "10.0.0.0/24" }] }] }],
  [{ $or: { event_type: ["FAILED"] } }],
  ["{"],
])("a policy that says what is not known is none: %j", (policy) => {
  expect(readMessageFilter(policy)).toBeUndefined();
});

test("nor is one whose scope is not known", () => {
  expect(readMessageFilter({}, "Headers")).toBeUndefined();
});
