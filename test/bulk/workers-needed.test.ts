import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { workersNeeded } from "../../src/bulk/workers-needed.ts";

const plan = { slotsPerWorker: 8, maxWorkers: 10 };

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

  test("are no more than the money is enough for", () => {
    expect(workersNeeded(1000, 0, plan, 3)).toEqual({ more: 3, heldBy: "cost" });
    expect(workersNeeded(1000, 3, plan, 3)).toEqual({ more: 0, heldBy: "cost" });
    expect(workersNeeded(1000, 0, plan, 0)).toEqual({ more: 0, heldBy: "cost" });
  });

  test("are never more than work, pool and money allow", () => {
    const amount = fc.integer({ min: 0, max: 500 });
    const few = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(amount, few, few, (remaining, running, affordable) => {
        const { more } = workersNeeded(remaining, running, plan, affordable);
        if (more === 0) return;
        const workers = running + more;
        expect((workers - 1) * plan.slotsPerWorker).toBeLessThan(remaining);
        expect(workers).toBeLessThanOrEqual(Math.min(plan.maxWorkers, affordable));
      }),
    );
  });
});
