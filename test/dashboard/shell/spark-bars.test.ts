import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sparkBars } from "../../../dashboard/src/parts/spark-bars.ts";

describe("bars of a sparkline", () => {
  test("stay in their frame, however many values there are", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1e6), { maxLength: 800 }), (values) => {
        for (const { x, y, width, height } of sparkBars(values, 60, 16)) {
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x + width).toBeLessThanOrEqual(60.6);
          expect(y).toBeGreaterThanOrEqual(0);
          expect(y + height).toBeCloseTo(16);
        }
      }),
    );
  });

  test("a single failure among very many others can still be seen", () => {
    const values = Array.from({ length: 24 }, (_, index) => (index === 3 ? 1 : 0));
    expect(sparkBars([...values, 100_000], 60, 16)).toHaveLength(2);
    expect(Math.min(...sparkBars([...values, 100_000], 60, 16).map(({ height }) => height))).toBeGreaterThanOrEqual(1);
  });

  test("nothing is no bar", () => {
    expect(sparkBars([], 60, 16)).toEqual([]);
    expect(sparkBars([0, 0], 60, 16)).toEqual([]);
  });
});
