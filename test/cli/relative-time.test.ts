import { expect, test } from "vitest";
import { relativeTime, timeText } from "../../src/cli/terminal/relative-time.ts";

const NOW = Date.parse("2030-03-01T12:00:00.000Z");
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

test.each([
  [0, "now"],
  [-8 * SECOND, "8 s ago"],
  [-119 * SECOND, "1 min ago"],
  [5 * 60 * SECOND, "in 5 min"],
  [-47 * HOUR, "47 h ago"],
  [-49 * HOUR, "2 days ago"],
  [72 * HOUR, "in 3 days"],
  [-31 * 24 * HOUR, "2030-01-29"],
])("a time %d ms from now is %s", (ms, text) => {
  expect(relativeTime(NOW + ms, NOW)).toBe(text);
});

test("only people at a terminal are told how long ago it was", () => {
  const at = "2030-03-01T11:00:00.123Z";
  expect(timeText({ write: () => {}, isTTY: true }, at, NOW)).toBe("1 h ago");
  expect(timeText({ write: () => {} }, at, NOW)).toBe("2030-03-01T11:00:00Z");
});
