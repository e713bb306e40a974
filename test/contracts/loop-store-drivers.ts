/** What a store of loops must do for those that drive them: one holder at a time, and every change once. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LoopStore } from "../../src/loop/loop-store.ts";
import { NO_OUTCOMES } from "../../src/loop/task-record.ts";
import {
  endOf,
  executionOf,
  idsOf,
  LEASE_MS,
  LEASE_OVER_MS,
  LONG_LEASE_MS,
  type LoopsUnderTest,
  type LoopWorld,
  type MakeLoops,
  makeLoopWorld,
  newCodops,
  registrationOf,
  requestOf,
  taskOf,
} from "./loop-world.ts";

export function describeLoopDrivers(make: MakeLoops): void {
  let under: LoopsUnderTest;
  let store: LoopStore;
  let world: LoopWorld;
  let loop: string;
  beforeEach(async () => {
    under = await make();
    store = under.store;
    world = makeLoopWorld(under);
    loop = newCodops();
  });
  afterEach(() => under.close());

  const claim = (holder: string, leaseMs = LONG_LEASE_MS) => store.claim({ loop, holder, leaseMs });

  describe("who drives a loop", () => {
    test("a loop that nobody has driven yet begins before its first iteration", async () => {
      const record = { loop, revision: 0, iteration: 0, turns: [], fruitless: 0 };
      expect(await claim("one")).toEqual({ outcome: "held", fence: expect.any(Number), record });
    });

    test("one holder has it, and the others are told who", async () => {
      await claim("one");
      expect(await claim("two")).toEqual({ outcome: "busy", holder: "one", until: expect.any(Number) });
    });

    test("of holders that claim it in the same moment one gets it", async () => {
      const outcomes = await Promise.all(["one", "two", "three"].map((holder) => claim(holder)));
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(["busy", "busy", "held"]);
    });

    test("its holder claims it again under the same fence, and for longer", async () => {
      const first = await claim("one", LEASE_MS);
      expect(await claim("one")).toEqual(first);
      await under.pass(LEASE_OVER_MS);
      expect(await claim("two")).toMatchObject({ outcome: "busy", holder: "one" });
    });

    test("a shorter lease does not take from a longer one", async () => {
      const { fence } = await world.drive(loop, "one");
      await claim("one", LEASE_MS);
      expect(await store.extend(loop, fence, LEASE_MS)).toBe(true);
      await under.pass(LEASE_OVER_MS);
      expect(await claim("two")).toMatchObject({ outcome: "busy" });
    });

    test("a lease that is extended keeps others out", async () => {
      const { fence } = await world.drive(loop, "one", LEASE_MS);
      expect(await store.extend(loop, fence, LONG_LEASE_MS)).toBe(true);
      await under.pass(LEASE_OVER_MS);
      expect(await claim("two")).toMatchObject({ outcome: "busy", holder: "one" });
    });

    test("a lease that has run out is another's, whose fence is higher", async () => {
      const one = await world.drive(loop, "one", LEASE_MS);
      await under.pass(LEASE_OVER_MS);
      const two = await world.drive(loop, "two");
      expect(two.fence).toBeGreaterThan(one.fence);
      expect(await claim("one")).toMatchObject({ outcome: "busy", holder: "two" });
    });

    test("a holder whose lease has run out goes on as long as nobody else came", async () => {
      const one = await world.drive(loop, "one", LEASE_MS);
      await under.pass(LEASE_OVER_MS);
      expect(await one.write({}, { iteration: 1 })).toBe(true);
      expect(await store.extend(loop, one.fence, LONG_LEASE_MS)).toBe(true);
      expect(await claim("two")).toMatchObject({ outcome: "busy" });
    });

    test("what is released is free at once, and its fence good for nothing", async () => {
      const one = await world.drive(loop, "one");
      await store.release(loop, one.fence);
      expect(await one.write({}, { iteration: 1 })).toBe(false);
      expect(await store.extend(loop, one.fence, LONG_LEASE_MS)).toBe(false);
      const two = await world.drive(loop, "two");
      expect(two.fence).toBeGreaterThan(one.fence);
      expect(two.record().iteration).toBe(0);
    });

    test("whoever released it and claims it again has a new fence", async () => {
      const one = await world.drive(loop, "one");
      await store.release(loop, one.fence);
      expect((await world.drive(loop, "one")).fence).toBeGreaterThan(one.fence);
    });

    test("a release by an earlier holder changes nothing", async () => {
      const one = await world.drive(loop, "one", LEASE_MS);
      await under.pass(LEASE_OVER_MS);
      await world.drive(loop, "two");
      await store.release(loop, one.fence);
      await store.release(newCodops(), 1);
      expect(await claim("three")).toMatchObject({ outcome: "busy", holder: "two" });
    });

    test("P2: one loop has nothing to do with another", async () => {
      await claim("one");
      expect(await store.claim({ loop: newCodops(), holder: "two", leaseMs: LONG_LEASE_MS })).toMatchObject({
        outcome: "held",
      });
    });
  });

  describe("what a holder writes", () => {
    test("the next holder goes on from it", async () => {
      const one = await world.drive(loop);
      const task = taskOf(loop, "train");
      const execution = executionOf(task);
      const record = {
        iteration: 3,
        iterationStartedAt: execution.startedAt,
        registration: "some-registration",
        turns: [{ task: `${loop}/train`, state: "RUNNING" as const, execution: execution.id }],
        running: execution.id,
        runningFence: one.fence,
        retry: { task: `${loop}/train`, attempt: 2, at: 1_893_456_000_000 },
        nextAt: 1_893_456_000_500,
        fruitless: 2,
        knownSince: { [`${loop}/nightly`]: 1_893_456_000_000 },
      };
      expect(await one.write({ begin: execution }, record)).toBe(true);
      await store.release(loop, one.fence);
      const two = await world.drive(loop, "two");
      expect(two.record()).toEqual({ loop, revision: 1, ...record });
      expect(await two.write({}, { running: undefined, retry: undefined, nextAt: undefined })).toBe(true);
      const { running: _, retry: __, nextAt: ___, ...rest } = record;
      expect((await world.drive(loop, "two")).record()).toEqual({ loop, revision: 2, ...rest });
    });

    test("an execution is there as soon as it has begun, and its end as soon as that is written", async () => {
      const driven = await world.drive(loop);
      const execution = executionOf(taskOf(loop, "train"), { trigger: "run-now", attempt: 2, iteration: 7 });
      await world.run(driven, execution);
      expect(await store.execution(execution.id)).toEqual(execution);
      const end = endOf("FAILED", {
        error: { name: "ValueError", message: "größer", trace: "train.ipynb[2]" },
        result: { rows: [1, null, "x"] },
        peakMemoryBytes: 123_456_789,
        warnings: ["an old environment"],
      });
      expect(await driven.write({ end: { execution: execution.id, end } })).toBe(true);
      expect(await store.execution(execution.id)).toEqual({ ...execution, end });
      expect(await store.execution(newCodops())).toBeUndefined();
    });

    test("a result may be null, which is not the same as none", async () => {
      const driven = await world.drive(loop);
      const execution = executionOf(taskOf(loop, "train"));
      await world.run(driven, execution, endOf("SUCCEEDED", { result: null }));
      expect((await store.execution(execution.id))?.end).toEqual(endOf("SUCCEEDED", { result: null }));
    });

    test("one ends and the next begins in one change", async () => {
      const driven = await world.drive(loop);
      const [first, second] = [executionOf(taskOf(loop, "a")), executionOf(taskOf(loop, "b"))];
      await world.run(driven, first);
      const end = endOf("SUCCEEDED");
      expect(await driven.write({ end: { execution: first.id, end }, begin: second }, { running: second.id })).toBe(
        true,
      );
      expect(await store.execution(first.id)).toEqual({ ...first, end });
      expect(await store.execution(second.id)).toEqual(second);
    });

    test("an earlier holder changes nothing any more, whatever it writes", async () => {
      const one = await world.drive(loop, "one", LEASE_MS);
      const running = await world.run(one, executionOf(taskOf(loop, "train")));
      await under.pass(LEASE_OVER_MS);
      const two = await world.drive(loop, "two");
      const late = executionOf(taskOf(loop, "late"));
      expect(await one.write({ end: { execution: running.id, end: endOf("SUCCEEDED") }, begin: late })).toBe(false);
      expect(await one.write({}, { iteration: 9 })).toBe(false);
      expect(await store.extend(loop, one.fence, LONG_LEASE_MS)).toBe(false);
      expect(await store.execution(running.id)).toEqual(running);
      expect(await store.execution(late.id)).toBeUndefined();
      expect((await world.drive(loop, "two")).record()).toEqual(two.record());
      expect((await store.task(`${loop}/train`))?.counts).toEqual(NO_OUTCOMES);
    });

    test("a fence that was never given, and a loop that was never claimed, are nobody's", async () => {
      const driven = await world.drive(loop);
      const change = driven.change({ begin: executionOf(taskOf(loop, "train")) });
      expect(await store.write({ ...change, fence: driven.fence + 1 })).toBe(false);
      expect(await store.write({ ...change, record: { ...change.record, loop: newCodops() } })).toBe(false);
      expect(await store.extend(newCodops(), 1, LONG_LEASE_MS)).toBe(false);
    });

    test("of two changes that go on from the same record one is written, whole", async () => {
      const driven = await world.drive(loop);
      const executions = [executionOf(taskOf(loop, "a")), executionOf(taskOf(loop, "b"))];
      const written = await Promise.all(
        executions.map((begin) => store.write(driven.change({ begin }, { running: begin.id }))),
      );
      expect([...written].sort()).toEqual([false, true]);
      const begun = await Promise.all(executions.map(({ id }) => store.execution(id)));
      expect(begun.map((execution) => execution !== undefined)).toEqual(written);
      const { running } = (await world.drive(loop)).record();
      expect(running).toBe(executions[written.indexOf(true)]?.id);
    });
  });

  test("a change is refused, whole, where another call has changed the loop since its record was read", async () => {
    const driven = await world.drive(loop);
    const running = await world.run(driven, executionOf(taskOf(loop, "a")));
    const end = { execution: running.id, end: endOf("SUCCEEDED") };
    const [late, both] = [driven.change({ end }), driven.change({ end, begin: executionOf(taskOf(loop, "b")) })];
    await driven.write({}, { iteration: 5 });
    expect([await store.write(late), await store.write(both)]).toEqual([false, false]);
    expect(await store.execution(running.id)).toEqual(running);
    expect(await store.execution(both.begin?.id ?? "")).toBeUndefined();
    expect((await world.drive(loop)).record()).toEqual(driven.record());
  });

  describe("a change that is written twice, because an answer was lost", () => {
    test("is one change when it begins an execution", async () => {
      const driven = await world.drive(loop);
      const execution = executionOf(taskOf(loop, "train"));
      const request = requestOf();
      await store.runNow(`${loop}/train`, request);
      const answered = { task: `${loop}/train`, request: request.id };
      const change = driven.change({ begin: execution, answered }, { running: execution.id });
      expect(await store.write(change)).toBe(true);
      expect(await store.write(change)).toBe(true);
      expect((await world.drive(loop)).record()).toEqual(change.record);
      expect(idsOf((await store.executions({ task: `${loop}/train` })).rows)).toEqual([execution.id]);
    });

    test("P10: is counted once when it ends one", async () => {
      const driven = await world.drive(loop);
      const execution = await world.run(driven, executionOf(taskOf(loop, "train")));
      const end = endOf("FAILED", { durationMs: 700 });
      const change = driven.change({ end: { execution: execution.id, end } }, { running: undefined });
      expect(await store.write(change)).toBe(true);
      expect(await store.write(change)).toBe(true);
      expect(await Promise.all([store.write(change), store.write(change)])).toEqual([true, true]);
      expect(await store.task(`${loop}/train`)).toMatchObject({
        counts: { ...NO_OUTCOMES, FAILED: 1 },
        totalDurationMs: 700,
        failureStreak: 1,
      });
    });

    test("is one change when both calls come in the same moment", async () => {
      const driven = await world.drive(loop);
      const change = driven.change({ begin: executionOf(taskOf(loop, "train")) }, { iteration: 1 });
      expect(await Promise.all([store.write(change), store.write(change)])).toEqual([true, true]);
      expect((await world.drive(loop)).record()).toEqual(change.record);
    });

    test("does not write over what came after it", async () => {
      const driven = await world.drive(loop);
      const execution = executionOf(taskOf(loop, "train"));
      const begin = driven.change({ begin: execution }, { running: execution.id, iteration: 1 });
      await store.write(begin);
      const later = await world.drive(loop);
      await later.write({ end: { execution: execution.id, end: endOf("SUCCEEDED") } }, { running: undefined });
      await later.write({}, { iteration: 2 });
      expect(await store.write(begin)).toBe(true);
      expect((await world.drive(loop)).record()).toEqual(later.record());
      expect((await store.execution(execution.id))?.end).toEqual(endOf("SUCCEEDED"));
    });

    test("ends an execution as it was ended first", async () => {
      const driven = await world.drive(loop);
      const execution = await world.run(driven, executionOf(taskOf(loop, "train")), endOf("CANCELLED"));
      await driven.write({ end: { execution: execution.id, end: endOf("SUCCEEDED") } });
      expect((await store.execution(execution.id))?.end).toEqual(endOf("CANCELLED"));
      expect((await store.task(`${loop}/train`))?.counts).toEqual({ ...NO_OUTCOMES, CANCELLED: 1 });
    });

    test("is one change without an execution, too", async () => {
      const driven = await world.drive(loop);
      const change = driven.change({}, { iteration: 1 });
      expect([await store.write(change), await store.write(change)]).toEqual([true, true]);
      expect(await store.write({ ...change, record: { ...change.record, iteration: 2 } })).toBe(false);
      expect((await world.drive(loop)).record()).toEqual(change.record);
    });
  });

  describe("registrations", () => {
    test("P6: the newest is what was registered last, also where that was known before", async () => {
      const [first, second] = [registrationOf(loop), registrationOf(loop, { tasks: [] })];
      await store.register(first);
      expect(await store.registration()).toEqual(first);
      await store.register(second);
      expect(await store.registration()).toEqual(second);
      await store.register(first);
      expect(await store.registration()).toEqual(first);
      expect(await store.registration(second.id)).toEqual(second);
      expect(await store.registration(newCodops())).toBeUndefined();
    });

    test("the same one again changes nothing", async () => {
      const registration = registrationOf(loop);
      await store.register(registration);
      await store.register({ ...registration, readAt: "2030-06-01T00:00:00.000Z" });
      expect(await store.registration()).toEqual(registration);
    });

    test("one that an iteration works with is kept, however many come after it", async () => {
      const used = registrationOf(loop);
      await store.register(used);
      const driven = await world.drive(loop);
      await driven.write({}, { iteration: 1, registration: used.id });
      for (let more = 0; more < 25; more += 1) await store.register(registrationOf(loop, { tasks: [] }));
      expect(await store.registration(used.id)).toEqual(used);
    });

    test("a large one comes back whole", async () => {
      const tasks = Array.from({ length: 1500 }, (_, index) => taskOf(loop, `task-${index}`));
      const large = registrationOf(loop, { tasks });
      await store.register(large);
      expect(await store.registration(large.id)).toEqual(large);
    });
  });
}
