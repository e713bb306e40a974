import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { percentileBand } from "../../../dashboard/src/charts/percentile-band.ts";
import type { Mark, ScatterPoint } from "../../../dashboard/src/charts/scatter-points.ts";

const point = (startedAt: number, durationMs: number, mark: Mark = "succeeded"): ScatterPoint => ({
  key: `${startedAt}/${durationMs}`,
  startedAt,
  durationMs,
  mark,
  title: "",
  href: "",
  facts: [],
});

describe("the band of percentiles", () => {
  it("has the nearest ranks of each stretch", () => {
    const points = Array.from({ length: 100 }, (_, index) => point(index, index < 50 ? index + 1 : 1_000));
    const [early, late] = percentileBand(points, "start", 2);
    expect(early).toMatchObject({ count: 50, p50Ms: 25, p95Ms: 48 });
    expect(late).toMatchObject({ count: 50, p50Ms: 1_000, p95Ms: 1_000 });
  });

  it("is of what succeeded alone", () => {
    const points = [0, 1, 2, 3, 4, 5].map((at) => point(at, 10));
    const failures = [0, 1, 2, 3, 4, 5].map((at) => point(at, 99_999, "failed"));
    expect(percentileBand([...points, ...failures], "start", 1)).toMatchObject([{ p95Ms: 10, count: 6 }]);
  });

  it("leaves out stretches with too few, and is not there at all for one moment", () => {
    const points = [...Array.from({ length: 19 }, (_, at) => point(at, 10)), point(100, 10)];
    expect(percentileBand(points, "start", 10)).toMatchObject([{ count: 19 }]);
    expect(
      percentileBand(
        [1, 2, 3, 4, 5, 6].map(() => point(7, 10)),
        "start",
        10,
      ),
    ).toEqual([]);
    expect(percentileBand([], "start", 10)).toEqual([]);
  });

  it("has fewer stretches where there are few points, so that each says something", () => {
    const points = Array.from({ length: 50 }, (_, at) => point(at, 10));
    expect(percentileBand(points, "start", 24)).toHaveLength(5);
  });

  it("is of every point once where no stretch has too few", () => {
    const many = fc.array(fc.tuple(fc.nat(1_000), fc.integer({ min: 1, max: 1_000 })), {
      minLength: 5,
      maxLength: 200,
    });
    fc.assert(
      fc.property(many, (pairs) => {
        const points = pairs.map(([at, duration]) => point(at, duration));
        const [whole] = percentileBand(points, "start", 1);
        const isOneMoment = new Set(pairs.map(([at]) => at)).size === 1;
        expect(whole?.count ?? 0).toBe(isOneMoment ? 0 : points.length);
        for (const { p50Ms, p95Ms } of percentileBand(points, "start", 12)) expect(p50Ms).toBeLessThanOrEqual(p95Ms);
      }),
    );
  });
});
