import { describe, expect, test } from "vitest";
import { wayOn } from "../../../dashboard/src/views/action/way-on.ts";

const at = "2030-01-01T00:00:00.000Z";
const since = "since=2030-01-01T00%3A00%3A00.000Z";
const to = (request: Record<string, string | object>) =>
  wayOn({ at, request: JSON.parse(JSON.stringify(request)) })?.href;

describe("the way on from an action", () => {
  test("leads to the one payload that it is about", () => {
    expect(to({ kind: "rerun", payloadIds: ["a/workflow-b/c"] })).toBe("/dashboard/payload?id=a%2Fworkflow-b%2Fc");
  });

  test("leads to what has changed since, in whatever state it is by now", () => {
    expect(to({ kind: "stop", payloadIds: ["a/workflow-b/c", "a/workflow-b/d"] })).toBe(`/dashboard/payloads?${since}`);
    expect(to({ kind: "rerun", filter: { state: "FAILED", errorPrefix: "Out", workflow: "b" } })).toBe(
      `/dashboard/payloads?workflow=b&${since}`,
    );
    expect(to({ kind: "redrive-dead-letters", queue: "process" })).toBe(`/dashboard/payloads?${since}`);
  });

  test("leads to the bulk run, and to the task of a loop", () => {
    expect(to({ kind: "bulk", run: "squares", do: "stop" })).toBe("/dashboard/bulk/squares");
    expect(to({ kind: "loop", do: "pause", task: "zzebu/train" })).toBe("/dashboard/loop-task?task=zzebu%2Ftrain");
    expect(to({ kind: "loop", do: "pause", loop: "metadata" })).toBe("/dashboard/loops");
  });
});
