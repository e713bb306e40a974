/**
 * supervise over a model of a provider in which everything happens that happens: workers die with what they hold, spot
 * instances vanish together, calls fail before or after they had their effect, two supervisors work at the same time.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { superviseRuns } from "../../src/functions/supervise/supervise.ts";
import { makePoolModel, planOf } from "./pool-model.ts";

/** In minutes. */
const HOURS = 60;

test("many runs are looked at as far as the time goes, and each minute begins with another one", async () => {
  const model = makePoolModel({ entries: 5 });
  const run = model.run();
  if (run === undefined) throw new Error("the model has no run");
  const time = new AbortController();
  const seen: string[] = [];
  for (let minute = 0; minute < 3; minute += 1) {
    const ports = model.ports();
    const runs = {
      ...ports.runs,
      list: async () => ["a", "b", "c"].map((name) => ({ ...run, name })),
      // What the first one of them takes is all the time there is.
      async get() {
        time.abort();
        return undefined;
      },
    };
    const pools = { batch: { ...ports.pools.batch, runs: async () => [] }, lambda: ports.pools.lambda };
    const clock = { ...ports.clock, now: () => minute * 60_000 };
    const results = await superviseRuns({ ...ports, runs, pools, clock }, undefined, time.signal);
    seen.push(...results.map((one) => one.run));
  }
  expect(seen).toEqual(["a", "b", "c"]);
});

describe("a run with a pool", () => {
  test("is given a pool, the workers that it needs, and left without anything once its entries have ended", async () => {
    const model = makePoolModel({ entries: 100, plan: planOf({ slotsPerWorker: 4, maxWorkers: 10 }) });
    await model.minutes(30);
    expect(model.run()).toMatchObject({ state: "FINISHED", reason: "all its entries have ended" });
    expect(model.counts()).toMatchObject({ QUEUED: 0, RUNNING: 0, DONE: 100 });
    expect(model.pool.exists()).toBe(false);
    expect(model.mostWorkers()).toBe(10);
  });

  test("never has more workers than work: nine entries on workers of eight slots are two workers", async () => {
    const model = makePoolModel({ entries: 9, plan: planOf({ slotsPerWorker: 8, maxWorkers: 10 }) });
    await model.minutes(30);
    expect(model.run()?.state).toBe("FINISHED");
    expect(model.pool.asked()).toBe(2);
  });

  test("loses its workers and its pool once it is stopped, and has them again once it is open", async () => {
    const model = makePoolModel({ entries: 500, plan: planOf({ maxWorkers: 2 }) });
    await model.minutes(6);
    expect(model.pool.live()).toBe(2);
    model.setState("STOPPED");
    await model.minutes(4);
    expect(model.pool.exists()).toBe(false);
    const { DONE } = model.counts();
    expect(DONE).toBeGreaterThan(0);
    model.setState("OPEN");
    await model.minutes(500);
    expect(model.run()?.state).toBe("FINISHED");
    expect(model.counts().DONE).toBe(500);
  });

  test("that is deleted leaves nothing behind", async () => {
    const model = makePoolModel({ entries: 500, plan: planOf({ maxWorkers: 2 }) });
    await model.minutes(6);
    model.remove();
    await model.minutes(4);
    expect(model.pool.exists()).toBe(false);
  });

  test("stops with the reason where its pool can never be made", async () => {
    const model = makePoolModel({ entries: 5, impossible: "there is no such instance type" });
    await model.minutes(3);
    expect(model.run()).toMatchObject({ state: "STOPPED", reason: "there is no such instance type" });
    expect(model.pool.exists()).toBe(false);
  });

  test("stops where workers end before they take an entry, instead of starting them for ever", async () => {
    const model = makePoolModel({ entries: 50, plan: planOf({ maxWorkers: 2 }), broken: true });
    await model.minutes(40);
    expect(model.run()).toMatchObject({
      state: "STOPPED",
      reason: expect.stringContaining("before they took an entry"),
    });
    expect(model.pool.asked()).toBeLessThan(10);
    expect(model.pool.exists()).toBe(false);
  });

  test("stops at its budget, and what it spends in the end is no more", async () => {
    const plan = planOf({ maxWorkers: 4, workerPricePerHour: 1, onDemandWorkerPricePerHour: 1, maxTotalCost: 2 });
    const model = makePoolModel({ entries: 100_000, plan });
    await model.minutes(HOURS * 4);
    expect(model.run()).toMatchObject({ state: "STOPPED", reason: expect.stringContaining("its budget of 2 USD") });
    expect(model.pool.exists()).toBe(false);
    expect(model.spent()).toBeLessThanOrEqual(2);
    expect(model.spent()).toBeGreaterThan(1);
  });

  test("stops where not even one worker fits into the price of an hour, as it may be on demand", async () => {
    const plan = planOf({ onDemandShare: 1, onDemandWorkerPricePerHour: 0.5, maxTotalPricePerHour: 0.3 });
    const model = makePoolModel({ entries: 10, plan });
    await model.minutes(10);
    expect(model.run()).toMatchObject({ state: "STOPPED", reason: "no worker fits into 0.3 USD an hour" });
    expect(model.pool.exists()).toBe(false);
  });

  test("goes on by itself where its entries were loaded while nobody looked, and is left alone while they are", async () => {
    const model = makePoolModel({ entries: 10, state: "LOADING" });
    await model.minutes(5);
    expect(model.pool.exists()).toBe(false);
    model.setState("OPEN");
    await model.minutes(20);
    expect(model.run()?.state).toBe("FINISHED");
  });
});

test("whatever dies or fails, every run ends, within its budget, and leaves nothing behind", async () => {
  const trouble = fc.record({
    entries: fc.integer({ min: 1, max: 120 }),
    slotsPerWorker: fc.integer({ min: 1, max: 6 }),
    maxWorkers: fc.integer({ min: 1, max: 8 }),
    maxTotalCost: fc.option(fc.double({ min: 0.2, max: 3, noNaN: true }), { nil: undefined }),
    workerDeaths: fc.double({ min: 0, max: 0.2, noNaN: true }),
    spotWaves: fc.double({ min: 0, max: 0.1, noNaN: true }),
    failingCalls: fc.double({ min: 0, max: 0.3, noNaN: true }),
    lostMessages: fc.double({ min: 0, max: 0.1, noNaN: true }),
    overlaps: fc.double({ min: 0, max: 0.3, noNaN: true }),
    seed: fc.integer(),
  });
  await fc.assert(
    fc.asyncProperty(trouble, async ({ entries, slotsPerWorker, maxWorkers, maxTotalCost, ...chances }) => {
      const prices = { workerPricePerHour: 0.5, onDemandWorkerPricePerHour: 0.5 };
      const plan = planOf({
        slotsPerWorker,
        maxWorkers,
        ...prices,
        ...(maxTotalCost !== undefined && { maxTotalCost }),
      });
      const model = makePoolModel({ entries, plan, ...chances });
      await model.minutes(HOURS * 24, () => model.run()?.state !== "OPEN" && !model.pool.exists());
      expect(model.pool.exists()).toBe(false);
      expect(model.mostWorkers()).toBeLessThanOrEqual(maxWorkers);
      if (maxTotalCost === undefined) expect(model.counts().DONE).toBe(entries);
      // While nobody can look, nobody can end workers.
      else expect(model.spent()).toBeLessThanOrEqual(maxTotalCost + (model.missed() * maxWorkers * 0.5) / 60);
      // A worker that is told to end at the budget may end the last entry.
      const ends =
        model.counts().DONE < entries
          ? ["STOPPED"]
          : maxTotalCost === undefined
            ? ["FINISHED"]
            : ["FINISHED", "STOPPED"];
      expect(ends).toContain(model.run()?.state);
    }),
    { numRuns: 150 },
  );
});

test("one run whose calls fail does not keep the others from being looked at", async () => {
  const model = makePoolModel({ entries: 5 });
  const ports = model.ports();
  const list = async () => [...(await ports.runs.list()), { ...(await ports.runs.list())[0], name: "broken" }];
  const get = async (name: string) => {
    if (name === "broken") throw new Error("no answer");
    return ports.runs.get(name);
  };
  const results = await superviseRuns({ ...ports, runs: { ...ports.runs, list: list as typeof ports.runs.list, get } });
  expect(results).toMatchObject([
    { run: "run", action: "waiting" },
    { run: "broken", action: "later", reason: "Error: no answer" },
  ]);
});
