/** Calls that are made side by side become one, and everyone gets what is theirs. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { gather } from "../../src/functions/gather.ts";

// A mock in place of the port: what is tested is how often it is called, and with what.
describe("gathered calls", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("are one call, and each caller gets the outcomes of its own requests, in their order", async () => {
    const calls: (readonly number[])[] = [];
    const double = gather(async (numbers: readonly number[]) => {
      calls.push(numbers);
      return numbers.map((number) => number * 2);
    }, 5);
    const answers = Promise.all([double([1, 2]), double([]), double([3])]);
    await vi.advanceTimersByTimeAsync(5);
    expect(await answers).toEqual([[2, 4], [], [6]]);
    expect(calls).toEqual([[1, 2, 3]]);
  });

  test("that come after a call has begun make the next one, even while it is under way", async () => {
    const calls: (readonly string[])[] = [];
    const slow = gather(async (texts: readonly string[]) => {
      calls.push(texts);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return texts;
    }, 5);
    const first = slow(["a"]);
    await vi.advanceTimersByTimeAsync(10);
    const second = slow(["b"]);
    await vi.advanceTimersByTimeAsync(200);
    expect(await Promise.all([first, second])).toEqual([["a"], ["b"]]);
    expect(calls).toEqual([["a"], ["b"]]);
  });

  test("fail together, and the next one is made anew", async () => {
    const call = vi.fn(async (texts: readonly string[]) => texts).mockRejectedValueOnce(new Error("throttled"));
    const gathered = gather(call, 5);
    const failing = Promise.allSettled([gathered(["a"]), gathered(["b"])]);
    await vi.advanceTimersByTimeAsync(5);
    expect((await failing).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const again = gathered(["a"]);
    await vi.advanceTimersByTimeAsync(5);
    expect(await again).toEqual(["a"]);
  });
});
