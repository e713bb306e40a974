import { describe, expect, test } from "vitest";
import { payloadIdIn, readable } from "../../../dashboard/src/views/dead-letters/message-text.ts";

const payload = { type: "FeatureCollection", id: "sar/workflow-mirror/S1" };
const envelope = JSON.stringify({ Type: "Notification", Message: JSON.stringify(payload) });

describe("messages that became nothing", () => {
  test("JSON is indented, with and without the envelope of SNS", () => {
    expect(readable(JSON.stringify(payload))).toBe(JSON.stringify(payload, null, 2));
    expect(readable(envelope)).toBe(JSON.stringify(payload, null, 2));
  });

  test("what is not JSON is shown as it came", () => {
    expect(readable("<b>{not json")).toBe("<b>{not json");
  });

  test("a payload ID is found where there is one", () => {
    expect(payloadIdIn(envelope)).toBe("sar/workflow-mirror/S1");
    expect(payloadIdIn('{"id": 5}')).toBeUndefined();
    expect(payloadIdIn('"text"')).toBeUndefined();
  });
});
