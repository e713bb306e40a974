import { describe, expect, it } from "vitest";
import { keyTarget, strokeBetween } from "../../../dashboard/src/charts/scatter-keys.ts";
import { pointsWithin, type ScatterPoint } from "../../../dashboard/src/charts/scatter-points.ts";

describe("moving through points by keys", () => {
  it("begins with the newest", () => {
    expect(keyTarget("ArrowLeft", undefined, 30)).toBe(29);
    expect(keyTarget("ArrowRight", undefined, 30)).toBe(29);
    expect(keyTarget("Home", undefined, 30)).toBe(0);
  });

  it("stays within them", () => {
    expect(keyTarget("ArrowLeft", 0, 30)).toBe(0);
    expect(keyTarget("PageDown", 25, 30)).toBe(29);
    expect(keyTarget("ArrowRight", 3, 30)).toBe(4);
    expect(keyTarget("End", 3, 30)).toBe(29);
  });

  it("leaves all other keys to the page", () => {
    expect(keyTarget("Tab", 3, 30)).toBeUndefined();
    expect(keyTarget("toString", 3, 30)).toBeUndefined();
    expect(keyTarget("ArrowLeft", undefined, 0)).toBeUndefined();
  });
});

describe("selecting by keys", () => {
  const points = [10, 20, 30, 40].map(
    (startedAt): ScatterPoint => ({
      key: `${startedAt}`,
      startedAt,
      durationMs: startedAt * 100,
      mark: "succeeded",
      title: "",
      href: "",
      facts: [],
    }),
  );

  it("takes every point from one to another, in either direction", () => {
    for (const [from, to] of [
      [1, 2],
      [2, 1],
    ] as const) {
      const brush = strokeBetween({ points, which: "start" }, from, to);
      expect(brush && [...pointsWithin(points, "start", brush)]).toEqual(["20", "30"]);
    }
  });

  it("takes nothing where there is nothing", () => {
    expect(strokeBetween({ points: [], which: "end" }, 0, 3)).toBeUndefined();
  });
});
