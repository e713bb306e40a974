/** What fails for a while is tried again, at longer and longer times. */
import { expect, test } from "vitest";
import { type Patience, patiently } from "../../src/scheduler/patience.ts";
import { MINUTE } from "../loop/turns/turn-world.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

function failing(times: number, patience: Partial<Patience> = {}) {
  const clock = makeVirtualClock(0);
  const calls: number[] = [];
  const problems: unknown[] = [];
  const answered = patiently(
    async () => {
      calls.push(clock.now());
      if (calls.length <= times) throw new Error(`failure ${calls.length}`);
      return "done";
    },
    { clock, onProblem: (thrown) => problems.push(thrown), ...patience },
  );
  return { clock, calls, problems, answered };
}

test("it is tried until it works, twice as long after each failure and never longer than half a minute", async () => {
  const { calls, problems, answered } = failing(12);
  expect(await answered).toBe("done");
  const pauses = calls.slice(1).map((at, index) => at - (calls[index] ?? 0));
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000, 30000]);
  expect(problems).toHaveLength(12);
});

test("it is tried as often as it may, and then fails as it did last", async () => {
  const { calls, answered } = failing(9, { tries: 3 });
  await expect(answered).rejects.toThrow("failure 3");
  expect(calls).toHaveLength(3);
});

test("whoever stops does not wait for it", async () => {
  const stop = new AbortController();
  const { clock, calls, answered } = failing(1000, { signal: stop.signal });
  answered.catch(() => {});
  await clock.sleep(MINUTE);
  const before = calls.length;
  stop.abort();
  await expect(answered).rejects.toThrow("failure");
  expect(calls).toHaveLength(before);
});
