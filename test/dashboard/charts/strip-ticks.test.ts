import { describe, expect, it } from "vitest";
import { stripText, stripTicks } from "../../../dashboard/src/charts/strip-ticks.ts";

const of = (outcome: string, durationMs = 10) => ({ outcome, durationMs, at: "2030-01-31T12:00:00.000Z" });

describe("the strip of outcomes", () => {
  it("has what succeeded stand on the line and all else hang from it", () => {
    const ticks = stripTicks([of("SUCCEEDED"), of("FAILED"), of("TIMED_OUT"), of("CANCELLED"), of("LOST")]);
    expect(ticks.map(({ stands }) => stands)).toEqual([true, false, false, false, false]);
  });

  it("draws the slowest longest, and the quickest so that it is seen", () => {
    const [quick, slow] = stripTicks([of("SUCCEEDED", 0), of("SUCCEEDED", 1_000)]);
    expect(slow?.length).toBe(1);
    expect(quick?.length).toBeGreaterThan(0.2);
  });

  it("can be drawn where nothing took any time", () => {
    expect(stripTicks([of("SUCCEEDED", 0)])[0]?.length).toBeLessThanOrEqual(1);
  });
});

it.each([
  [[], "No executions yet."],
  [[of("FAILED")], "One execution: failed."],
  [[of("SUCCEEDED"), of("SUCCEEDED"), of("FAILED")], "The newest 3: 2 succeeded, 1 failed; the last one failed."],
  [[of("LOST"), of("CANCELLED")], "The newest 2: 1 failed, 1 stopped; the last one was stopped."],
])("is told as a sentence", (outcomes, text) => {
  expect(stripText(outcomes)).toBe(text);
});
