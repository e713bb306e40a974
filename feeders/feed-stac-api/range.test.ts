import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cut, intervalOf, owns, parseRange, placeOf, type Slice, timesOf } from "./range.ts";

describe("a range", () => {
  test.each([
    [undefined, undefined],
    ["../..", undefined],
    ["2024", "2024-01-01T00:00:00Z/2024-12-31T23:59:59.999999Z"],
    ["2024-02", "2024-02-01T00:00:00Z/2024-02-29T23:59:59.999999Z"],
    ["2024-02-29", "2024-02-29T00:00:00Z/2024-02-29T23:59:59.999999Z"],
    ["2024-03-01/2024-03", "2024-03-01T00:00:00Z/2024-03-31T23:59:59.999999Z"],
    ["2024/..", "2024-01-01T00:00:00Z/.."],
    ["/2024-01-31T12:00:00+02:00", "../2024-01-31T12:00:00+02:00"],
    ["2024-01-01T00:00:00.123456Z", "2024-01-01T00:00:00.123456Z/2024-01-01T00:00:00.123456Z"],
  ])("%s is asked for as %s", (text, asked) => {
    const range = parseRange(text);
    expect(intervalOf(range, range)).toBe(asked);
  });

  test.each(["today", "2024-1-1", "2024/2023", "2024-01-01/2024-01-02/2024-01-03", "2024-02-31T00:00:00", "20240101"])(
    "%s is none",
    (text) => {
      expect(() => parseRange(text)).toThrow(/\$\.datetime: found .* expected a time or an interval/);
    },
  );
});

/** Cuts on until every slice is shorter than the items' times are apart, or cannot be cut. */
function slicesOf(slice: Slice, depth: number): readonly Slice[] {
  const halves = depth === 0 ? undefined : cut(slice);
  return halves === undefined ? [slice] : halves.flatMap((half) => slicesOf(half, depth - 1));
}

const time = fc.integer({ min: Date.UTC(1850, 0, 1), max: Date.UTC(2150, 0, 1) });
const end = fc.oneof(time, fc.constant(undefined));

test("every time is in exactly one slice, wherever the range is cut, also on a border and outside of the range", () => {
  const text = (ms: number | undefined) => (ms === undefined ? ".." : new Date(ms).toISOString());
  fc.assert(
    fc.property(end, end, time, fc.nat(9), (a, b, ms, depth) => {
      const [from, to] = a !== undefined && b !== undefined && a > b ? [b, a] : [a, b];
      const range = parseRange(`${text(from)}/${text(to)}`);
      const slices = slicesOf(range, depth);
      const borders = slices.flatMap((slice) => [slice.from, slice.to, slice.to - 1]).filter(Number.isFinite);
      for (const one of [ms, ...borders]) expect(slices.filter((slice) => owns(slice, range, one))).toHaveLength(1);
    }),
  );
});

test("an item's time is its datetime, or its begin; providers write it in more ways than one", () => {
  const of = (properties: object) => timesOf(JSON.parse(JSON.stringify({ properties }))).time;
  expect(of({ datetime: "2024-01-01T00:00:00.5Z", start_datetime: "2023-01-01T00:00:00Z" })).toBe(1704067200500);
  expect(of({ datetime: null, start_datetime: "2015-01-29 08:19:16.649281+00:00" })).toBe(1422519556649);
  expect(of({ datetime: "2024-01-01T02:00:00+02:00" })).toBe(1704067200000);
  expect(of({ datetime: "2024-01-01" })).toBe(1704067200000);
  expect(of({ datetime: null })).toBeUndefined();
  expect(of({ datetime: "unknown" })).toBeUndefined();
});

test("a time without a zone is UTC, whatever zone this machine is in", () => {
  const zone = process.env.TZ;
  process.env.TZ = "America/New_York";
  try {
    expect(timesOf({ properties: { datetime: "2024-01-01T00:00:00" } }).time).toBe(1704067200000);
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});

test("an item that is found where its times do not lie, or whose times contradict each other, is kept", () => {
  const range = parseRange("2024-01-01T00:00:00Z/2024-01-03T00:00:00Z");
  const day = 86_400_000;
  const [first, second] = [
    { from: range.from, to: range.from + day },
    { from: range.from + day, to: range.to },
  ];
  const found = (slice: Slice, properties: Record<string, string | null>) => placeOf({ properties }, slice, range);
  expect(found(first, { datetime: "2024-01-02T00:00:00Z" })).toBe("elsewhere");
  expect(found(second, { datetime: "2024-01-02T00:00:00Z" })).toBe("here");
  expect(found(second, { datetime: "2024-01-01T12:00:00Z" })).toBe("unknown");
  const lasts = { start_datetime: "2024-01-01T12:00:00Z", end_datetime: "2024-01-02T12:00:00Z" };
  expect(found(second, { datetime: null, ...lasts })).toBe("elsewhere");
  expect(found(second, { datetime: "2023-01-01T12:00:00Z", ...lasts })).toBe("unknown");
  expect(found(second, {})).toBe("unknown");
});
