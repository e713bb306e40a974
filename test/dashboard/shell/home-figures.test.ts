import { describe, expect, test } from "vitest";
import {
  cellsOf,
  deltaText,
  isUntouched,
  type MatrixRow,
  newsBetween,
  runningIn,
  statesOf,
  totalOf,
  windowOf,
} from "../../../dashboard/src/views/home/home-figures.ts";
import type { Home } from "../../../src/api/shapes/home.ts";

const row = (changes: Partial<MatrixRow> = {}): MatrixRow => ({
  workflow: "mirror",
  now: { SUCCEEDED: 10, FAILED: 2 },
  window: { SUCCEEDED: 4, FAILED: 2 },
  before: { SUCCEEDED: 6 },
  series: { SUCCEEDED: [1, 3], FAILED: [0, 2] },
  ...changes,
});

function homeOf(matrix: readonly MatrixRow[], changes: Partial<Home> = {}): Home {
  return {
    matrix: [...matrix],
    periods: [],
    window: "24h",
    queues: [{ queue: "process", waiting: 0, inFlight: 0, dead: 0 }],
    rejected: { count: 0, atLeast: false },
    stuck: { count: 0, atLeast: false, stuckAfterMs: 1, rows: [] },
    running: [],
    ...changes,
  };
}

describe("the matrix", () => {
  test("compares what came into a state with the time before", () => {
    const cells = new Map(cellsOf(row()).map((cell) => [cell.state, cell]));
    expect(cells.get("SUCCEEDED")).toMatchObject({ now: 10, came: 4, more: -2 });
    expect(cells.get("FAILED")).toMatchObject({ now: 2, came: 2, more: 2 });
    expect(cells.get("ABORTED")).toMatchObject({ now: 0, came: 0, more: 0, series: [] });
  });

  test("has a column for those that wait only where some do", () => {
    expect(statesOf([row()])).not.toContain("WAITING");
    const rows = [row(), row({ now: { WAITING: 3 } })];
    expect(statesOf(rows)[0]).toBe("WAITING");
    expect(cellsOf(row(), statesOf(rows))[0]).toMatchObject({ state: "WAITING", now: 0 });
    expect(cellsOf(totalOf(rows), statesOf(rows))[0]).toMatchObject({ state: "WAITING", now: 3 });
  });

  test("adds up all workflows, hour by hour", () => {
    const total = totalOf([row(), row({ workflow: "other", series: { SUCCEEDED: [10, 10, 10] } })]);
    expect(total.now).toMatchObject({ SUCCEEDED: 20, FAILED: 4 });
    expect(total.series.SUCCEEDED).toEqual([11, 13, 10]);
  });

  test("says a difference with its sign", () => {
    expect([deltaText(3), deltaText(-1200), deltaText(0)]).toEqual(["+3", "−1,200", "±0"]);
  });
});

describe("news", () => {
  test("are told when something got worse, and only then", () => {
    const before = homeOf([row()]);
    expect(newsBetween(before, homeOf([row({ now: { SUCCEEDED: 99, FAILED: 2 } })]))).toBeUndefined();
    expect(newsBetween(before, homeOf([row({ now: { FAILED: 4 } })]))).toBe("2 more payloads FAILED.");
    const dead = { queues: [{ queue: "process" as const, waiting: 0, inFlight: 0, dead: 1 }] };
    expect(newsBetween(before, homeOf([row({ now: { FAILED: 3 } })], dead))).toBe(
      "1 more payload FAILED, 1 more dead letter.",
    );
  });
});

test("a window that nobody knows is a day", () => {
  expect(windowOf("2y")).toBe("24h");
  expect(windowOf(null)).toBe("24h");
  expect(windowOf("7d")).toBe("7d");
});

describe("what runs now", () => {
  test("is counted where the list of it is shorter", () => {
    expect(runningIn(homeOf([row({ now: { PROCESSING: 70 } }), row({ now: { PROCESSING: 5 } })]))).toBe(75);
    expect(runningIn(homeOf([]))).toBe(0);
  });

  test("a place is untouched as long as no payload is in any state", () => {
    expect(isUntouched(homeOf([row({ now: {} }), row({ now: { FAILED: 0 } })]))).toBe(true);
    expect(isUntouched(homeOf([row({ now: {} }), row({ now: { ABORTED: 1 } })]))).toBe(false);
  });
});
