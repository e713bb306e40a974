/** Whatever runs at once, dies, is lost, late or repeated: once calm returns, every payload has ended as it should have. */
import fc from "fast-check";
import { test } from "vitest";
import { checkPlayed } from "./check-played.ts";
import { play } from "./play.ts";
import { scenario } from "./scenario.ts";

/** A few seconds' worth. Any number is welcome: 100,000 take about a quarter of an hour. */
const RUNS = 500;

test("every interleaving of deliveries, ends, losses and crashes leaves each payload settled and each effect done once", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.info(`interleavings: seed ${seed}, ${RUNS} runs`);
  await fc.assert(
    fc.asyncProperty(scenario, async (steps) => {
      const played = await play(steps);
      try {
        await checkPlayed(played);
      } finally {
        await played.world.close();
      }
    }),
    { seed, numRuns: RUNS },
  );
}, 3_600_000);
