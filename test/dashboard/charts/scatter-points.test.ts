import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countMarks,
  MARKS,
  markOf,
  nearestPlace,
  pointsWithin,
  type ScatterPoint,
  samplePoints,
  timeOf,
} from "../../../dashboard/src/charts/scatter-points.ts";

const point = (fields: Partial<ScatterPoint>): ScatterPoint => ({
  key: "a",
  startedAt: 0,
  durationMs: 1,
  mark: "succeeded",
  title: "a",
  href: "/a",
  facts: [],
  ...fields,
});

const points = fc
  .array(
    fc.record({
      startedAt: fc.integer({ min: 0, max: 10_000 }),
      durationMs: fc.integer({ min: 0, max: 1_000_000 }),
      mark: fc.constantFrom("succeeded", "succeeded", "succeeded", ...MARKS),
    }),
    { maxLength: 400 },
  )
  .map((all) => all.map((fields, index) => point({ ...fields, key: `${index}` })));

describe("the points that are drawn", () => {
  it("are never more than asked for, and never one twice", () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 0, max: 100 }), (all, most) => {
        const keys = samplePoints(all, most).points.map(({ key }) => key);
        expect(keys.length).toBeLessThanOrEqual(most);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it("hold everything that did not succeed, or it is said that they do not", () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 0, max: 100 }), (all, most) => {
        const sample = samplePoints(all, most);
        const kept = new Set(sample.points.map(({ key }) => key));
        const lost = all.filter(({ key, mark }) => mark !== "succeeded" && !kept.has(key));
        expect(sample.hasEveryFailure).toBe(lost.length === 0);
      }),
    );
  });

  it("are in the order of their times, and all of them where there is room", () => {
    fc.assert(
      fc.property(points, (all) => {
        const drawn = samplePoints(all, 1_000).points;
        expect(drawn).toHaveLength(all.length);
        expect(drawn.map(({ startedAt }) => startedAt)).toEqual(
          all.map(({ startedAt }) => startedAt).sort((a, b) => a - b),
        );
      }),
    );
  });

  it("keep the slowest of what succeeded", () => {
    const all = Array.from({ length: 10_000 }, (_, index) =>
      point({ key: `${index}`, startedAt: index, durationMs: index === 4_321 ? 99_999 : 100 }),
    );
    expect(samplePoints(all, 50).points.some(({ key }) => key === "4321")).toBe(true);
  });
});

describe("the brush", () => {
  const all = [
    point({ key: "early", startedAt: 100, durationMs: 50 }),
    point({ key: "late", startedAt: 200, durationMs: 50 }),
    point({ key: "slow", startedAt: 100, durationMs: 500 }),
  ];

  it("selects what lies between its times and its durations, in whichever direction it was drawn", () => {
    const there = pointsWithin(all, "start", { time: [50, 150], durationMs: [0, 100] });
    const back = pointsWithin(all, "start", { time: [150, 50], durationMs: [100, 0] });
    expect([...there]).toEqual(["early"]);
    expect(back).toEqual(there);
  });

  it("goes by the end where the graph does", () => {
    expect([...pointsWithin(all, "end", { time: [140, 260], durationMs: [0, 1_000] })]).toEqual(["early", "late"]);
  });
});

describe("a point", () => {
  it("is the nearest one in reach, and of two in one place the one on top", () => {
    const places = [
      [10, 10],
      [20, 20],
      [20, 20],
    ] as const;
    expect(nearestPlace(places, [12, 11], 8)).toBe(0);
    expect(nearestPlace(places, [19, 19], 8)).toBe(2);
    expect(nearestPlace(places, [100, 100], 8)).toBeUndefined();
  });

  it("ends as long after its start as it took", () => {
    expect(timeOf(point({ startedAt: 5, durationMs: 7 }), "end")).toBe(12);
  });

  it.each([
    ["SUCCEEDED", "succeeded"],
    ["FAILED", "failed"],
    ["LOST", "failed"],
    ["caught", "failed"],
    ["TIMED_OUT", "timed out"],
    ["timed out", "timed out"],
    ["timeout", "timed out"],
    ["CANCELLED", "stopped"],
    ["aborted", "stopped"],
    ["waiting", "running"],
    [undefined, "running"],
  ])("that is %s is marked as %s", (status, mark) => {
    expect(markOf(status)).toBe(mark);
  });
});

it("counts the marks that there are, in the order of the legend", () => {
  const all = [point({ mark: "running" }), point({ mark: "failed" }), point({}), point({})];
  expect([...countMarks(all)]).toEqual([
    ["succeeded", 2],
    ["failed", 1],
    ["running", 1],
  ]);
});
