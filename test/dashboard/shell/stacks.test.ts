import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ENDS, type Stack, segmentsOf, stacksOf } from "../../../dashboard/src/views/home/stacks.ts";

describe("how payloads ended over time", () => {
  test("all workflows are added up, period by period", () => {
    const row = (workflow: string, succeeded: number[], failed: number[]) => ({
      workflow,
      now: {},
      window: {},
      before: {},
      series: { SUCCEEDED: succeeded, FAILED: failed, PROCESSING: [9, 9] },
    });
    const stacks = stacksOf({
      periods: ["10:00", "11:00"],
      matrix: [row("a", [1, 2], [0, 1]), row("b", [3, 0], [0, 0])],
    });
    expect(stacks.map(({ period, counts, all }) => [period, counts.SUCCEEDED, counts.FAILED, all])).toEqual([
      ["10:00", 4, 0, 4],
      ["11:00", 2, 1, 3],
    ]);
  });

  test("every state that is there has a segment that can be seen, on the one before and inside the frame", () => {
    const counts = fc.tuple(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), fc.nat(1e6));
    fc.assert(
      fc.property(counts, fc.nat(1e6), (numbers, more) => {
        const all = numbers.reduce((sum, count) => sum + count, 0);
        const stack: Stack = {
          period: "10:00",
          counts: Object.fromEntries(ENDS.map((s, i) => [s, numbers[i] ?? 0])),
          all,
        };
        const segments = segmentsOf(stack, Math.max(1, all + more));
        expect(segments.map(({ state }) => state)).toEqual(ENDS.filter((_, index) => numbers[index] !== 0));
        let top = 0;
        for (const { from, to } of segments) {
          expect(from).toBe(top);
          expect(to - from).toBeGreaterThanOrEqual(0.0099);
          expect(to).toBeLessThanOrEqual(1.0001);
          top = to;
        }
      }),
    );
  });
});
