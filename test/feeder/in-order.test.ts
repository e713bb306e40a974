import fc from "fast-check";
import { expect, test } from "vitest";
import { inOrder } from "../../src/feeder/index.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

test("results come in the order of the inputs, however long each takes, and no more run at a time than may", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 50 }), { maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      async (times, most) => {
        const clock = makeVirtualClock();
        let running = 0;
        let peak = 0;
        const work = async (ms: number) => {
          running++;
          peak = Math.max(peak, running);
          await clock.sleep(ms);
          running--;
          return ms;
        };
        expect(await Array.fromAsync(inOrder(times, most, work))).toEqual(times);
        expect(peak).toBe(Math.min(most, times.length));
      },
    ),
    { numRuns: 30 },
  );
});

test("what fails is thrown in its turn, after what came before it", async () => {
  const seen: number[] = [];
  const work = async (number: number) => {
    if (number === 3) throw new Error("three");
    return number;
  };
  const all = (async () => {
    for await (const number of inOrder([1, 2, 3, 4, 5], 4, work)) seen.push(number);
  })();
  await expect(all).rejects.toThrow("three");
  expect(seen).toEqual([1, 2]);
});
