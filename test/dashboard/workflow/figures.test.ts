import { expect, test } from "vitest";
import {
  arrowWeight,
  failedShare,
  figuresByState,
  percentText,
} from "../../../dashboard/src/views/workflow/figures.ts";

const figures = (state: string, entered: number, failed = 0, running = 0) => ({
  state,
  entered,
  failed,
  running,
  retries: 0,
});

test("what is under way counts neither as failed nor as ended", () => {
  expect(failedShare(figures("a", 10, 2, 2))).toBe(0.25);
  expect(failedShare(figures("a", 3, 0, 3))).toBeUndefined();
  expect(failedShare(figures("a", 0))).toBeUndefined();
});

test("a small share is not none", () => {
  expect([undefined, 0, 0.004, 0.126, 1].map(percentText)).toEqual(["–", "0 %", "< 1 %", "13 %", "100 %"]);
});

test("an arrow weighs no more than what was at both of its ends, a catcher's no more than what failed", () => {
  const states = figuresByState([figures("look", 100), figures("few", 10, 5), figures("rest", 90), figures("mend", 4)]);
  const weight = (from: string, to: string | undefined, kind: "next" | "catch" = "next") =>
    arrowWeight({ from, to, kind }, states);
  expect(weight("look", "few")).toBe(0.1);
  expect(weight("look", "rest")).toBe(0.9);
  expect(weight("few", "mend", "catch")).toBe(0.04);
  expect(weight("rest", undefined)).toBe(0.9);
  expect(weight("look", "never")).toBe(0);
  expect(arrowWeight({ from: "look", to: "rest", kind: "next" }, new Map())).toBe(0);
});
