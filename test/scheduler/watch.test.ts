import { expect, test } from "vitest";
import type { Clock } from "../../src/clock.ts";
import { makeWatch } from "../../src/scheduler/watch.ts";

test("commits are looked for although the clock is set back", async () => {
  const stopping = new AbortController();
  const times = [10_000, 10_500, 12_000, 1_000, 1_500, 3_000];
  let looks = 0;
  const readAt: (number | undefined)[] = [];
  const clock: Clock = {
    now: () => times[looks] ?? 0,
    sleep: async () => {
      looks += 1;
      if (looks === times.length) stopping.abort();
    },
  };
  const watch = makeWatch(
    {
      store: { controls: async () => ({ loops: {}, tasks: {}, cancels: {} }) },
      newest: async () => void readAt.push(times[looks]),
      clock,
      onProblem: (thrown) => expect.unreachable(String(thrown)),
    },
    { controlsMs: 500, registrationMs: 2_000, signal: stopping.signal },
  );
  await watch.run();
  expect(readAt).toEqual([10_000, 12_000, 1_000, 3_000]);
});
