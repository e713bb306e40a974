import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { START_SECONDS, workersNeeded } from "../../src/bulk/workers-needed.ts";

const plan = { slotsPerWorker: 8, maxWorkers: 10, workerPricePerHour: 0.6, secondsPerTask: 480 };

describe("workers that a run needs", () => {
  test.each([
    { remaining: 0, running: 0, more: 0, heldBy: "work" },
    { remaining: 1, running: 0, more: 1, heldBy: "work" },
    { remaining: 9, running: 0, more: 2, heldBy: "work" },
    { remaining: 9, running: 2, more: 0, heldBy: "work" },
    { remaining: 9, running: 5, more: 0, heldBy: "work" },
    { remaining: 1000, running: 0, more: 10, heldBy: "pool" },
    { remaining: 1000, running: 9, more: 1, heldBy: "pool" },
  ])("for $remaining entries beside $running that run are $more", ({ remaining, running, ...expected }) => {
    expect(workersNeeded(remaining, running, plan)).toEqual(expected);
  });

  test("are no more than can do a task each for what is left of the budget", () => {
    // To start (120 s) and to do one task (480 s) costs 0.1 USD.
    expect(workersNeeded(1000, 0, plan, 0.35)).toEqual({ more: 3, heldBy: "cost" });
    expect(workersNeeded(1000, 3, plan, 0.35)).toEqual({ more: 0, heldBy: "cost" });
    expect(workersNeeded(1000, 0, plan, 0.09)).toEqual({ more: 0, heldBy: "cost" });
    expect(workersNeeded(1000, 0, plan, -1)).toEqual({ more: 0, heldBy: "cost" });
  });

  test("are never more than work, pool and budget allow", () => {
    const amount = fc.integer({ min: 0, max: 500 });
    const budget = fc.option(fc.double({ min: 0, max: 2, noNaN: true }), { nil: undefined });
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 12 }), budget, (remaining, running, budgetLeft) => {
        const { more } = workersNeeded(remaining, running, plan, budgetLeft);
        if (more === 0) return;
        const workers = running + more;
        expect((workers - 1) * plan.slotsPerWorker).toBeLessThan(remaining);
        expect(workers).toBeLessThanOrEqual(plan.maxWorkers);
        const least = (workers * plan.workerPricePerHour * (START_SECONDS + plan.secondsPerTask)) / 3600;
        expect(least).toBeLessThanOrEqual((budgetLeft ?? Number.POSITIVE_INFINITY) + 1e-9);
      }),
    );
  });
});
