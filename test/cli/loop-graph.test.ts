/** The graph of durations in the terminal. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { durationAxis, tickText } from "../../src/cli/loop/duration-axis.ts";
import { type GraphPoint, renderDurationGraph } from "../../src/cli/loop/duration-graph.ts";
import { OUTCOMES, type Outcome } from "../../src/loop/loop-execution.ts";

const plain = (_style: string, text: string) => text;

function points(...durations: readonly (readonly [durationMs: number, outcome?: Outcome])[]): GraphPoint[] {
  return durations.map(([durationMs, outcome = "SUCCEEDED"], index) => ({
    at: new Date(Date.parse("2030-01-01T00:00:00.123Z") + index * 60_000).toISOString(),
    durationMs,
    outcome,
  }));
}

describe("P36: durations of executions", () => {
  test("P36: a dot for each that succeeded and a cross for each that failed, with units and times", () => {
    const graph = renderDurationGraph(points([1000], [1600], [2000, "FAILED"], [4000, "TIMED_OUT"], [500]), {
      width: 46,
      paint: plain,
    });
    expect(graph.split("\n")).toEqual([
      "4 s ┤            ×",
      "    │",
      "3 s ┤",
      "    │",
      "2 s ┤        ×",
      "    │    ●",
      "1 s ┤●",
      "    │                ●",
      "  0 ┤",
      `    └${"─".repeat(41)}`,
      "     2030-01-01T00:00:00Z to 2030-01-01T00:04:00Z",
      "     ● succeeded  × failed",
    ]);
  });

  test("P36: dots are blue and crosses are red where there are colours", () => {
    const painted = renderDurationGraph(points([10], [10, "LOST"]), {
      width: 40,
      paint: (style, text) => `<${style} ${text}>`,
    });
    expect(painted).toContain("<blue ●>");
    expect(painted).toContain("<red ×>");
  });

  test("where short and long ones differ by far the axis is logarithmic, unless told otherwise", () => {
    const durations = points([20], [400], [9000], [500_000]);
    const graph = renderDurationGraph(durations, { width: 60, paint: plain });
    expect(graph).toContain("logarithmic");
    // A mark in each of four rows: on a linear axis three would lie on the ground.
    expect(graph.split("\n").filter((line) => line.includes("●") && !line.includes("succeeded"))).toHaveLength(4);
    expect(renderDurationGraph(durations, { width: 60, axis: "linear", paint: plain })).not.toContain("logarithmic");
  });

  test("a failure among many that share its place is seen", () => {
    const many = points(
      ...Array.from({ length: 500 }, (_, index) => [1000, index === 250 ? "FAILED" : "SUCCEEDED"] as const),
    );
    const [marks] = renderDurationGraph(many, { width: 60, paint: plain }).split("\n");
    expect(marks?.match(/×/g)).toHaveLength(1);
  });

  test("without executions there is nothing to draw", () => {
    expect(renderDurationGraph([], { width: 60, paint: plain })).toBe("");
  });

  test("whatever the durations, no line is wider than asked for, every one has a mark, and the axis holds them all", () => {
    const some = fc.array(fc.tuple(fc.integer({ min: 0, max: 90_000_000 }), fc.constantFrom(...OUTCOMES)), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(some, fc.constantFrom("log" as const, "linear" as const, undefined), (durations, axis) => {
        const graph = renderDurationGraph(points(...durations), { width: 79, axis, paint: plain });
        const lines = graph.split("\n");
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(79);
        expect(lines).toHaveLength(12);
        expect(lines.slice(0, 9).join("").match(/[●×■]/g)).toHaveLength(durations.length);
        const { place } = durationAxis(
          durations.map(([ms]) => ms),
          axis,
        );
        for (const [ms] of durations) {
          expect(place(ms)).toBeGreaterThanOrEqual(0);
          expect(place(ms)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

test.each([
  [0, "0"],
  [200, "200 ms"],
  [5_000, "5 s"],
  [90_000, "90 s"],
  [600_000, "10 min"],
  [5_400_000, "90 min"],
  [7_200_000, "2 h"],
])("%d ms on an axis are %s", (ms, text) => {
  expect(tickText(ms)).toBe(text);
});
