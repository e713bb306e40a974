import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { makePacer } from "../../../dashboard/src/api/pacer.ts";

describe("asking again", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function open({ changes = false, news = false, takes = 0 } = {}) {
    const asked: number[] = [];
    const begin = Date.now();
    const state = { hidden: false, changes };
    const pacer = makePacer({
      ask: async () => {
        asked.push(Date.now() - begin);
        if (takes > 0) await new Promise((resolve) => setTimeout(resolve, takes));
        return state.changes;
      },
      isHidden: () => state.hidden,
      hasNews: () => news,
    });
    return { asked, state, pacer };
  }

  test("every two seconds while something changes, and slower down to 15 s while nothing does", async () => {
    const { asked, state } = open({ changes: true });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toEqual([2000, 4000, 6000, 8000, 10_000]);
    state.changes = false;
    await vi.advanceTimersByTimeAsync(120_000);
    const pauses = asked.slice(5).map((at, index, rest) => at - (rest[index - 1] ?? at));
    expect(pauses.at(-1)).toBe(15_000);
  });

  test("what is told is asked for soon, but no more often than once in a second", async () => {
    const { asked, pacer } = open({ changes: true, news: true });
    // Told every 100 ms for ten seconds: faster than it may ask, and never quiet.
    for (let told = 0; told < 100; told += 1) {
      pacer.wake();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(asked[0]).toBe(250);
    expect(asked.length).toBeGreaterThanOrEqual(9);
    expect(asked.length).toBeLessThanOrEqual(10);
  });

  test("what is told while it asks is asked for afterwards", async () => {
    const { asked, pacer } = open({ news: true, takes: 3000 });
    pacer.wake();
    await vi.advanceTimersByTimeAsync(1000);
    pacer.wake();
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toEqual([250, 4250]);
  });

  test("nothing while nobody looks, and at once when somebody does", async () => {
    const { asked, state, pacer } = open();
    state.hidden = true;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(asked).toEqual([]);
    state.hidden = false;
    pacer.wake();
    await vi.advanceTimersByTimeAsync(250);
    expect(asked).toHaveLength(1);
  });

  test("nothing after its end", async () => {
    const { asked, pacer } = open();
    pacer.stop();
    pacer.wake();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual([]);
  });
});
