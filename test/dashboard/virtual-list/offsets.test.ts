import fc from "fast-check";
import { expect, test } from "vitest";
import { makeOffsets } from "../../../dashboard/src/parts/virtual-list/offsets.ts";
import { MOST_PIXELS, scrollScale } from "../../../dashboard/src/parts/virtual-list/scroll-scale.ts";

test("offsets are the sums of the heights above, measured or guessed, in whatever order rows were measured", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.array(fc.tuple(fc.nat(4_999), fc.integer({ min: 1, max: 400 })), { maxLength: 40 }),
      fc.nat(5_000),
      (count, measured, at) => {
        const offsets = makeOffsets(20);
        offsets.resize(count);
        const heights = new Array<number>(count).fill(20);
        for (const [index, height] of measured) {
          if (index >= count) continue;
          offsets.measure(index, height);
          heights[index] = height;
        }
        const until = Math.min(at, count);
        expect(offsets.offsetOf(until)).toBe(heights.slice(0, until).reduce((sum, one) => sum + one, 0));
      },
    ),
  );
});

test("the row at an offset is the one that begins there or before it and ends after it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4_000 }),
      fc.array(fc.tuple(fc.nat(3_999), fc.integer({ min: 1, max: 200 })), { maxLength: 20 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (count, measured, share) => {
        const offsets = makeOffsets(18);
        offsets.resize(count);
        for (const [index, height] of measured) if (index < count) offsets.measure(index, height);
        const offset = offsets.offsetOf(count) * share;
        const index = offsets.indexAt(offset);
        expect(offsets.offsetOf(index)).toBeLessThanOrEqual(offset);
        expect(offsets.offsetOf(index + 1)).toBeGreaterThan(offset);
      },
    ),
  );
});

test("growing keeps what was measured, shrinking and resetting forget it", () => {
  const offsets = makeOffsets(10);
  offsets.resize(3);
  offsets.measure(1, 50);
  offsets.resize(100_000);
  expect(offsets.offsetOf(100_000)).toBe(1_000_040);
  offsets.resize(1);
  offsets.resize(3);
  expect(offsets.offsetOf(3)).toBe(30);
  offsets.measure(0, 99);
  offsets.reset(20);
  expect(offsets.offsetOf(3)).toBe(60);
});

test("a list higher than browsers draw has a scroll bar as long as they do, whose ends are the list's", () => {
  const scale = scrollScale(40_000_000, 500);
  expect(scale.height).toBe(MOST_PIXELS);
  expect(scale.toOffset(0)).toBe(0);
  expect(scale.toOffset(MOST_PIXELS - 500)).toBeCloseTo(40_000_000 - 500, 3);
  expect(scale.toOffset(scale.toScrollTop(12_345_678))).toBeCloseTo(12_345_678, 3);
});

test("a list that fits a browser scrolls pixel by pixel, one that fits its screen not at all", () => {
  expect(scrollScale(10_000, 500).toOffset(777)).toBe(777);
  expect(scrollScale(300, 500)).toMatchObject({ height: 500 });
  expect(scrollScale(300, 500).toOffset(0)).toBe(0);
});
