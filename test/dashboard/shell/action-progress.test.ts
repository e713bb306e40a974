import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { controlOf, progressOf } from "../../../dashboard/src/views/action/action-progress.ts";

describe("how far an action is", () => {
  test("counts add up", () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.nat(500), fc.nat(500), (done, skipped, failed, left) => {
        const total = done + skipped + failed + left;
        const progress = progressOf({ state: "RUNNING", total, done, skipped, failed });
        expect(progress.settled + (progress.left ?? 0)).toBe(total);
        expect(progress.share).toBeGreaterThanOrEqual(0);
        expect(progress.share).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("as long as nobody has counted, nobody knows", () => {
    expect(progressOf({ state: "RUNNING", done: 3, skipped: 0, failed: 0 })).toEqual({
      settled: 3,
      left: undefined,
      share: undefined,
    });
  });

  test("what runs can be stopped, what stands can go on, what is done is done", () => {
    expect((["RUNNING", "STOPPED", "FAILED", "DONE"] as const).map(controlOf)).toEqual([
      "stop",
      "resume",
      "resume",
      undefined,
    ]);
  });
});
