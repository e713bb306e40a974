import fc from "fast-check";
import { expect, test } from "vitest";
import { mergeLines } from "../../src/cli/execution/merge-logs.ts";
import { isoTime } from "../../src/clock.ts";

const START = Date.parse("2030-01-01T00:00:00Z");

/** Times go up by so much from line to line; a clock that was set back makes one go down. */
const log = fc.array(fc.integer({ min: -3, max: 9 }), { maxLength: 12 });

test("merged lines are all lines, each log in its own order, and in order of time as far as its clock was", () => {
  fc.assert(
    fc.property(fc.array(log, { maxLength: 5 }), (steps) => {
      const logs = steps.map((gaps, from) => {
        let time = START;
        const lines = gaps.map((gap, index) => {
          time += gap;
          return { at: isoTime(time), message: `${from} ${index}` };
        });
        return { from, lines };
      });
      const merged = mergeLines(logs);
      expect(merged).toHaveLength(logs.reduce((sum, { lines }) => sum + lines.length, 0));
      for (const { from, lines } of logs) {
        expect(merged.filter((line) => line.from === from).map(({ message }) => message)).toEqual(
          lines.map(({ message }) => message),
        );
      }
      if (steps.flat().every((gap) => gap >= 0)) {
        const times = merged.map(({ at }) => at);
        expect(times).toEqual(times.toSorted());
      }
    }),
  );
});

test("lines of one time keep the order of their logs", () => {
  const at = isoTime(START);
  const logs = ["b", "a"].map((from) => ({ from, lines: [{ at, message: from }] }));
  expect(mergeLines(logs).map(({ message }) => message)).toEqual(["b", "a"]);
});
