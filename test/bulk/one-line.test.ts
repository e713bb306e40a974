/** What programs say, in a line of a table. */
import { expect, test } from "vitest";
import { oneLine } from "../../src/bulk/one-line.ts";
import { DEFAULT_POLICY, nextAfter } from "../../src/bulk/retry-policy.ts";

test.each([
  ["no such band", "no such band"],
  ["\n  two lines\r\nof text", "two lines"],
  ["\u001b[31mred\u001b[0m and a\u0000b\tc", "red and a\uFFFDb  c"],
  ["\u202etext that runs backwards", "\uFFFDtext that runs backwards"],
  ["half a pair \ud800", "half a pair \uFFFD"],
  ["", ""],
])("%j is %j", (text, line) => {
  expect(oneLine(text)).toBe(line);
});

test("a long one is cut", () => {
  expect(oneLine("x".repeat(1e6))).toBe(`${"x".repeat(299)}…`);
  expect(oneLine("twelve letters", 6)).toBe("twelv…");
});

test("the reason of an entry's state is one line, however much its task has said", () => {
  const message = `no such band\n${"more of it\n".repeat(1000)}`;
  const times = { startedAt: "2030-01-01T00:00:00.000Z", endedAt: "2030-01-01T00:00:01.000Z" };
  const next = nextAfter(DEFAULT_POLICY, {}, { outcome: "failed", error: { name: "ValueError", message }, ...times });
  expect(next).toEqual({ state: "FAILED", reason: "failed: ValueError: no such band" });
});
