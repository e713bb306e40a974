import { expect, test } from "vitest";
import { countText } from "../../../dashboard/src/views/payloads/count-text.ts";
import { errorHead } from "../../../dashboard/src/views/payloads/error-head.ts";

test("The head of an error is its name and the first line of its cause", () => {
  expect(errorHead({ error: "Timeout", cause: "no answer after 30 s\n  at fetch" })).toBe(
    "Timeout: no answer after 30 s",
  );
  expect(errorHead({ error: "States.Timeout", cause: "" })).toBe("States.Timeout");
});

test("A long one is cut, and says so", () => {
  const head = errorHead({ error: "Timeout", cause: "x".repeat(1000) });
  expect(head.length).toBe(140);
  expect(head.endsWith("…")).toBe(true);
});

test("A count that was not finished says that there are more", () => {
  expect(countText({ count: 1, atLeast: false })).toBe("1 payload");
  expect(countText({ count: 12_345, atLeast: false })).toBe("12,345 payloads");
  expect(countText({ count: 10_000, atLeast: true })).toBe("more than 10,000 payloads");
});
