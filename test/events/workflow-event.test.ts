import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WORKFLOW_EVENT_TYPES, workflowEvent } from "../../src/events/workflow-event.ts";

const at = "2024-05-01T10:20:30.000Z";
const payloadId = "s2/l8/workflow-cog/a/b";

describe("a workflow event", () => {
  test("says what happened to which payload, where its objects are, and why", () => {
    const event = workflowEvent({
      type: "FAILED",
      at,
      payloadId,
      inputPayloadUrl: "s3://p/in.json",
      outputPayloadUrl: "s3://p/out.json",
      execution: "run-1",
      error: "ValueError: no pixels",
      reason: "the execution failed",
    });
    expect(event.topic).toBe("workflow-event");
    expect(JSON.parse(event.body)).toEqual({
      event_type: "FAILED",
      payload_id: payloadId,
      isotimestamp: at,
      input_payload_url: "s3://p/in.json",
      output_payload_url: "s3://p/out.json",
      execution: "run-1",
      error: "ValueError: no pixels",
      reason: "the execution failed",
    });
    expect(event.attributes).toEqual({
      event_type: { type: "String", value: "FAILED" },
      workflow: { type: "String", value: "cog" },
      collections: { type: "String", value: "s2/l8" },
      error: { type: "String", value: "ValueError: no pixels" },
    });
  });

  test("leaves out what is not known", () => {
    const event = workflowEvent({ type: "RECORD_EXTRACT_FAILED", at });
    expect(JSON.parse(event.body)).toEqual({ event_type: "RECORD_EXTRACT_FAILED", isotimestamp: at });
    expect(event.attributes).toEqual({ event_type: { type: "String", value: "RECORD_EXTRACT_FAILED" } });
  });

  test("has no workflow attribute where the payload ID has no such part", () => {
    const event = workflowEvent({ type: "NOT_A_PROCESS_PAYLOAD", at, payloadId: "anything" });
    expect(Object.keys(event.attributes)).toEqual(["event_type"]);
    expect(JSON.parse(event.body).payload_id).toBe("anything");
  });

  test("cuts a long error in its attribute and keeps more of it in its body", () => {
    const event = workflowEvent({ type: "FAILED", at, error: `line 1\nline 2 ${"é".repeat(100_000)}` });
    const { error } = event.attributes;
    expect(error?.value).toMatch(/^line 1 line 2 é+…$/);
    expect(String(error?.value)).toHaveLength(256);
    expect(Buffer.byteLength(JSON.parse(event.body).error)).toBeLessThanOrEqual(32_768);
  });

  test("is the same event for the same fields, and another where any of them differs", () => {
    const fields = { type: "SUCCEEDED", at, payloadId, execution: "run-1" } as const;
    expect(workflowEvent(fields)).toEqual(workflowEvent({ ...fields }));
    const others = [
      { at: "2024-05-01T10:20:31.000Z" },
      { execution: "run-2" },
      { payloadId: "x/workflow-y/z" },
      { type: "FAILED" } as const,
    ];
    const ids = [{}, ...others].map((change) => workflowEvent({ ...fields, ...change }).id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("fits SNS whatever its texts: no empty attribute, at most ten, below 256 KiB together", () => {
    const text = fc.option(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.string().map((part) => part.repeat(20_000)),
      ),
      { nil: undefined },
    );
    const fields = fc.record({
      type: fc.constantFrom(...WORKFLOW_EVENT_TYPES),
      at: fc.constant(at),
      payloadId: text,
      execution: fc.constant("run-1"),
      error: text,
      reason: text,
    });
    fc.assert(
      fc.property(fields, (given) => {
        const { body, attributes } = workflowEvent(given);
        const values = Object.values(attributes).map(({ value }) => String(value));
        expect(values.every((value) => value.trim() !== "" && value.isWellFormed())).toBe(true);
        expect(values.length).toBeLessThanOrEqual(10);
        expect(Buffer.byteLength(body) + Buffer.byteLength(values.join(""))).toBeLessThan(256 * 1024);
      }),
      { numRuns: 50 },
    );
  });
});
