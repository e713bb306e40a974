import { expect, test } from "vitest";
import { fitsInline, INLINE_LIMIT } from "../../src/payload/oversize.ts";

test("a payload is measured as JSON within JSON, in bytes", () => {
  // {"a":"…"} has 8 characters around its text; escaped and quoted again it has 14.
  const around = 14;
  expect(fitsInline({ a: "x".repeat(INLINE_LIMIT - around) })).toBe(true);
  expect(fitsInline({ a: "x".repeat(INLINE_LIMIT - around + 1) })).toBe(false);
  expect(fitsInline({ a: "é".repeat(INLINE_LIMIT / 2) })).toBe(false);
  expect(fitsInline({ a: '"'.repeat(INLINE_LIMIT / 3) })).toBe(false);
});
