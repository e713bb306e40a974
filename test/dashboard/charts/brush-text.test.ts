import fc from "fast-check";
import { expect, it } from "vitest";
import { brushText, parseBrush } from "../../../dashboard/src/charts/brush-text.ts";

it("comes back from an address as a rectangle that holds all it held", () => {
  const range = fc.tuple(fc.double({ min: 0, max: 1e13, noNaN: true }), fc.double({ min: 0, max: 1e13, noNaN: true }));
  fc.assert(
    fc.property(range, range, (time, durationMs) => {
      const read = parseBrush(brushText({ time, durationMs }));
      expect(read?.time[0]).toBeLessThanOrEqual(Math.min(...time));
      expect(read?.time[1]).toBeGreaterThanOrEqual(Math.max(...time));
      expect(read?.durationMs[0]).toBeLessThanOrEqual(Math.min(...durationMs));
      expect(read?.durationMs[1]).toBeGreaterThanOrEqual(Math.max(...durationMs));
    }),
  );
});

it.each([null, "", "1-2", "1-2x3", "1-2x3-b", "-1-2x3-4", "1-2x3-4x5-6"])(
  "is none where the address says %j",
  (text) => {
    expect(parseBrush(text)).toBeUndefined();
  },
);
