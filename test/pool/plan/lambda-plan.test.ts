import { describe, expect, test } from "vitest";
import type { PoolConstraints } from "../../../src/pool/plan/constraints.ts";
import { planLambdas } from "../../../src/pool/plan/lambda-plan.ts";
import type { PoolWork } from "../../../src/pool/plan/work.ts";

const lambda = { region: "us-west-2", architecture: "x86_64", memoryMiB: 2048, timeoutSeconds: 300 } as const;
const work = { entries: 10_000, secondsPerTask: 30 };

function planOf(constraints: PoolConstraints, todo: PoolWork = work) {
  const planned = planLambdas(lambda, constraints, todo);
  return planned.outcome === "planned" ? planned.plans[0] : undefined;
}

function reasonsOf(constraints: PoolConstraints, todo: PoolWork = work) {
  const planned = planLambdas(lambda, constraints, todo);
  return planned.outcome === "planned" ? [] : planned.reasons.map(({ message }) => message);
}

describe("a pool of Lambdas", () => {
  test("costs what Lambda asks for memory and time, and takes what its number allows", () => {
    const best = planOf({ maxTotalPricePerHour: 20 });
    // Ten thousand times 30 s of 2 GB; a hundred at a time, which costs 12 USD an hour.
    expect(best).toMatchObject({ workers: 100, heldBy: "maxInstances", plan: { kind: "lambda", slotsPerWorker: 1 } });
    expect(best?.expected.cost).toBeCloseTo(10_000 * 30 * 2 * 0.0000166667, 4);
    expect(best?.expected).toMatchObject({ seconds: 1 + 100 * 30, interruptions: 0 });
  });

  test("keeps to budgets", () => {
    expect(planOf({ maxTotalPricePerHour: 1 })).toMatchObject({ workers: 8, heldBy: "maxTotalPricePerHour" });
    expect(planOf({ maxSimultaneousTasks: 5 })?.workers).toBe(5);
    expect(planOf({}, { entries: 3 })).toMatchObject({ workers: 3, heldBy: "entries" });
    expect(planOf({}, { entries: 1 })?.workers).toBe(1);
  });

  test.each([
    [{ maxRuntime: 301 }, "a task may take 301 s (max-runtime), and the Lambda ends after 300 s"],
    [{ minMemoryPerTask: 4 }, "a task needs 4096 MiB, and the Lambda has 2048"],
    [{ cpusPerTask: 2 }, "a task needs 2 vCPUs, and a Lambda of 2048 MiB has 1.2"],
    [{ minTasksPerInstance: 2 }, "a Lambda has one task at a time"],
    [{ maxSimultaneousTasks: 1 }, "max-simultaneous-tasks 1 allows one Lambda at a time, and a queue calls 2 at least"],
    [
      { maxTotalCost: 1 },
      /^max-total-cost 1 is too little for the work: it is expected to cost 10\.00 USD for 10000 entries/,
    ],
    [
      { minInstances: 200 },
      "min-instances 200 cannot be met: there would be 83, as max-total-price-per-hour 10 allows no more",
    ],
  ] satisfies [PoolConstraints, string | RegExp][])("%j is refused: %s", (constraints, message) => {
    expect(reasonsOf(constraints)).toEqual([typeof message === "string" ? message : expect.stringMatching(message)]);
  });

  test("is nothing for tasks that take longer than the Lambda", () => {
    expect(reasonsOf({}, { entries: 5, secondsPerTask: 400 })).toEqual(["a task takes 400 s, and max-runtime is 300"]);
  });
});
