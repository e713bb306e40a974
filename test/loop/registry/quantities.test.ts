import fc from "fast-check";
import { expect, test } from "vitest";
import { durationText, parseDuration, parseSize, sizeText } from "../../../src/loop/registry/quantities.ts";

test("a duration is written with its unit, or as seconds", () => {
  const written = ["90s", "30m", "6h", "1d", "1.5h", 45, "2 h"];
  expect(written.map(parseDuration)).toEqual([90, 1800, 21_600, 86_400, 5400, 45, 7200]);
  const none = ["", "5", "5x", "-5m", "m", -1, Number.NaN, null, true, [], "1h30m"];
  expect(none.map(parseDuration)).toEqual(none.map(() => undefined));
});

test("a duration is shown as it would be written", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000 }), (seconds) => {
      expect(parseDuration(durationText(seconds))).toBe(seconds);
    }),
  );
  expect([300, 5400, 86_400, 61].map(durationText)).toEqual(["5m", "90m", "1d", "61s"]);
});

test("a size is written with its unit, of which each has 1024 of the one before", () => {
  expect(["512MB", "2GB", "1.5 GB", "512Mi", "1G", "4096KB"].map(parseSize)).toEqual(
    [512, 2048, 1536, 512, 1024, 4].map((mebibytes) => mebibytes * 2 ** 20),
  );
  expect(["300MB", "1GB", "1.5GB", "2048MB", "1KB"].map((text) => sizeText(parseSize(text) ?? 0))).toEqual([
    ...["300 MB", "1 GB", "1.5 GB", "2 GB", "1 MB"],
  ]);
  expect(["", "2", 2, "2B", "GB", "-1GB", "1 XB", null].map(parseSize)).toEqual(Array(8).fill(undefined));
});
