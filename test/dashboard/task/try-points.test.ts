import { describe, expect, it } from "vitest";
import { pointOf, tryKey, windowOf } from "../../../dashboard/src/views/task/try-points.ts";
import type { TaskTryView } from "../../../src/api/shapes/workflows.ts";

const one: TaskTryView = {
  workflow: "mirror",
  execution: "e-1",
  payloadId: "lsat/workflow-mirror/a",
  step: "each[2].copy",
  path: "/each#1/2/copy#1",
  attempt: 2,
  startedAt: "2030-01-31T12:00:00.000Z",
  durationMs: 1_500,
  status: "timed out",
  error: { error: "States.Timeout", cause: "" },
};

describe("a try of a task in the graph", () => {
  it("leads to its step in its execution", () => {
    expect(pointOf(one).href).toBe("/dashboard/execution/mirror/e-1?step=%2Feach%231%2F2%2Fcopy%231");
  });

  it("says which try it is and why it failed", () => {
    expect(pointOf(one)).toMatchObject({ mark: "timed out", title: "each[2].copy of lsat/workflow-mirror/a" });
    expect(pointOf(one).facts).toEqual([
      ["workflow", "mirror"],
      ["try", "2"],
      ["error", "States.Timeout"],
    ]);
  });

  it("is another one in each try, step and execution", () => {
    const others = [one, { ...one, attempt: 1 }, { ...one, path: "/copy#1" }, { ...one, execution: "e-2" }];
    expect(new Set(others.map(tryKey)).size).toBe(4);
  });
});

it("looks at a day unless the address names another window that there is", () => {
  expect(windowOf("7d")).toBe("7d");
  expect(windowOf(null)).toBe("24h");
  expect(windowOf("<b>")).toBe("24h");
});
