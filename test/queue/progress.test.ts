import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttemptEnd } from "../../src/bulk/attempt.ts";
import type { EntryCounts } from "../../src/bulk/bulk-run.ts";
import { makeProgress } from "../../src/queue/progress.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

const NONE: EntryCounts = { QUEUED: 0, RUNNING: 0, DONE: 0, FAILED: 0, CANCELLED: 0, attempts: 0 };

function endOf(outcome: AttemptEnd["outcome"], message?: string): AttemptEnd {
  const at = "2030-01-01T00:00:00.000Z";
  return {
    outcome,
    startedAt: at,
    endedAt: at,
    ...(message === undefined ? {} : { error: { name: "ValueError", message } }),
  };
}

describe("the progress of a run", () => {
  test("is nothing until the store was looked at", () => {
    expect(makeProgress(10, makeVirtualClock()).snapshot()).toBeUndefined();
  });

  test("has a rate and what it leaves to wait, from what ended since it is watched", () => {
    const clock = makeVirtualClock();
    const progress = makeProgress(100, clock);
    progress.counted({ ...NONE, DONE: 40, QUEUED: 60, attempts: 40 });
    expect(progress.snapshot()).toMatchObject({ ended: 40, perSecond: undefined, remainingMs: undefined });
    clock.advance(10_000);
    progress.counted({ ...NONE, DONE: 55, FAILED: 5, QUEUED: 38, RUNNING: 2, attempts: 62 });
    expect(progress.snapshot()).toMatchObject({ ended: 60, perSecond: 2, remainingMs: 20_000 });
  });

  test("says nothing of the time that is left while all that is left waits for its next try", () => {
    const clock = makeVirtualClock();
    const progress = makeProgress(100, clock);
    progress.counted({ ...NONE, DONE: 40, QUEUED: 60, attempts: 40 });
    clock.advance(10_000);
    progress.counted({ ...NONE, DONE: 98, QUEUED: 2, attempts: 108 });
    expect(progress.snapshot()).toMatchObject({ perSecond: 5.8, remainingMs: undefined });
  });

  test("forgets how quick it was more than a minute ago", () => {
    const clock = makeVirtualClock();
    const progress = makeProgress(1_000, clock);
    progress.counted(NONE);
    clock.advance(1_000);
    progress.counted({ ...NONE, DONE: 500, attempts: 500 });
    clock.advance(50_000);
    progress.counted({ ...NONE, DONE: 510, attempts: 510 });
    clock.advance(30_000);
    progress.counted({ ...NONE, DONE: 540, attempts: 540 });
    expect(progress.snapshot()?.perSecond).toBe(1);
  });

  test("names what runs longest, and forgets what has ended", () => {
    const clock = makeVirtualClock();
    const progress = makeProgress(3, clock);
    progress.counted(NONE);
    progress.started("slow");
    clock.advance(1_000);
    progress.started("quick");
    progress.started("gone");
    clock.advance(500);
    progress.ended({ entryId: "gone", attempt: 1 }, endOf("done"));
    expect(progress.snapshot()?.running).toEqual([
      { entryId: "slow", ms: 1_500 },
      { entryId: "quick", ms: 500 },
    ]);
  });

  test("counts errors alike, the most frequent first, and no stops", () => {
    const progress = makeProgress(9, makeVirtualClock());
    progress.counted(NONE);
    for (const end of [
      endOf("timeout"),
      endOf("exception", "no band 1"),
      endOf("stopped"),
      endOf("exception", "no band 2"),
    ])
      progress.ended({ entryId: "entry", attempt: 1 }, end);
    expect(progress.snapshot()?.errors).toMatchObject([
      { error: "ValueError", message: "no band <n>", attempts: 2 },
      { error: "timeout", attempts: 1 },
    ]);
  });

  test("never says that more has ended than there is, nor fewer than no retries", () => {
    const counts = fc.record({
      QUEUED: fc.nat(9),
      RUNNING: fc.nat(9),
      DONE: fc.nat(9),
      FAILED: fc.nat(9),
      CANCELLED: fc.nat(9),
      attempts: fc.nat(99),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(counts, fc.nat(5_000)), { minLength: 1 }), (looks) => {
        const clock = makeVirtualClock();
        const progress = makeProgress(45, clock);
        for (const [seen, ms] of looks) {
          progress.counted(seen);
          clock.advance(ms);
        }
        const snapshot = progress.snapshot();
        expect(snapshot?.retries).toBeGreaterThanOrEqual(0);
        expect(snapshot?.ended).toBeLessThanOrEqual(45);
        expect(snapshot?.perSecond ?? 1).toBeGreaterThan(0);
        expect(snapshot?.remainingMs ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
