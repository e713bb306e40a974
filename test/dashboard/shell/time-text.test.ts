import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { durationText, momentText, relativeText } from "../../../dashboard/src/parts/time-text.ts";

describe("lengths of time", () => {
  test.each([
    [0, "0 ms"],
    [820, "820 ms"],
    [4_250, "4.3 s"],
    [59_940, "59.9 s"],
    [59_990, "1 min"],
    [185_000, "3 min 5 s"],
    [3_599_700, "1 h"],
    [7_800_000, "2 h 10 min"],
    [86_399_000, "1 d"],
    [273_600_000, "3 d 4 h"],
  ])("%i ms is %s", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  test("no unit is ever full: there is no 60 s and no 24 h", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 * 86_400_000 }), (ms) => {
        expect(durationText(ms)).not.toMatch(/\b(1000 ms|60(\.0)? s|60 min|24 h)/);
      }),
    );
  });
});

describe("moments", () => {
  const now = Date.parse("2030-01-31T12:00:00Z");

  test.each([
    ["2030-01-31T11:59:58Z", "just now"],
    ["2030-01-31T11:59:18Z", "42 s ago"],
    ["2030-01-31T11:01:00Z", "59 min ago"],
    ["2030-01-30T12:00:00Z", "24 h ago"],
    ["2030-01-29T12:00:00Z", "2 days ago"],
    ["2030-01-31T12:10:00Z", "in 10 min"],
  ])("%s is %s", (at, text) => {
    expect(relativeText(Date.parse(at), now)).toBe(text);
  });

  test("in UTC a moment is the same wherever the page is looked at", () => {
    expect(momentText(now, "utc")).toBe("2030-01-31 12:00:00 UTC");
  });

  test("by the clock of whoever looks it says how far that is from UTC", () => {
    const text = momentText(now, "local");
    const [, day, time, sign, hours, minutes] = /^(\S+) (\S+) UTC([+−])(\d\d):(\d\d)$/.exec(text) ?? [];
    expect(Date.parse(`${day}T${time}${sign === "−" ? "-" : "+"}${hours}:${minutes}`)).toBe(now);
  });
});
