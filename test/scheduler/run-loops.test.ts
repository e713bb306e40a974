/** Loops on one machine: each for itself, one task after the other, whatever people and disks do meanwhile. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TransientError } from "../../src/errors.ts";
import type { LoopExecution } from "../../src/loop/loop-execution.ts";
import type { LoopStore } from "../../src/loop/loop-store.ts";
import { METADATA_LOOP, taskKey } from "../../src/loop/loop-task.ts";
import { DAY, HOUR, MINUTE, requestOf, SECOND, task } from "../loop/turns/turn-world.ts";
import { type LoopsWorld, makeLoopsWorld } from "./loops-world.ts";

let world: LoopsWorld;
beforeEach(() => {
  world = makeLoopsWorld();
});
afterEach(() => world.close());

const lastEnd = async (key: string) => (await world.store.task(key))?.lastEnded?.end;

/** Pairs of executions of one loop of which one began before the other had ended. */
function overlaps(executions: readonly LoopExecution[]): number {
  const times = executions.map(({ startedAt, end }) => [Date.parse(startedAt), Date.parse(end?.endedAt ?? startedAt)]);
  return times.filter(([start = 0], index) => index > 0 && start < (times[index - 1]?.[1] ?? 0)).length;
}

describe("loops", () => {
  test("P2: run the tasks of an organisation one by one, and organisations beside each other", async () => {
    world.commit([task("debr/a"), task("debr/b"), task("sesr/a")]);
    world.plays.set("debr/a", () => ({ ms: 40 * MINUTE }));
    const { stop } = world.run();
    await world.pass(2 * HOUR);
    await stop();
    const executions = await world.executions();
    const own = executions.filter(({ loop }) => loop === "debr");
    expect(overlaps(own)).toBe(0);
    expect(own.map((one) => taskKey(one.task)).slice(0, 4)).toEqual(["debr/a", "debr/b", "debr/a", "debr/b"]);
    // While debr's first task ran, sesr's ran again and again: every ten seconds.
    const beside = executions.filter(({ loop, startedAt }) => loop === "sesr" && startedAt < "2030-01-01T00:40");
    expect(beside.length).toBeGreaterThan(230);
    expect(overlaps(executions.filter(({ loop }) => loop === "sesr"))).toBe(0);
  });

  test("P4: run the metadata loop beside those of the organisations", async () => {
    world.commit([task("debr/own"), task("debr/feed", {}, METADATA_LOOP), task("sesr/feed", {}, METADATA_LOOP)]);
    world.plays.set("debr/own", () => ({ ms: HOUR }));
    const { stop } = world.run();
    await world.pass(MINUTE);
    await stop();
    expect((await world.ran(METADATA_LOOP)).slice(0, 4)).toEqual(["debr/feed", "sesr/feed", "debr/feed", "sesr/feed"]);
    expect(await world.ran("debr")).toEqual(["debr/own"]);
  });

  test("P2: go on for days, and hold their schedules", async () => {
    world.commit([task("debr/hourly", { everyMs: HOUR }), task("debr/daily", { everyMs: DAY })]);
    const { stop } = world.run({ controlsMs: HOUR, registrationMs: HOUR, leaseMs: DAY });
    await world.pass(10 * DAY - MINUTE);
    await stop();
    const ran = await world.ran();
    expect(ran.filter((key) => key === "debr/daily")).toHaveLength(10);
    expect(ran.filter((key) => key === "debr/hourly")).toHaveLength(240);
  });

  test("begin the next task in the moment in which the last one ended", async () => {
    world.commit([task("debr/a"), task("debr/b")]);
    let writes = 0;
    const counting: LoopStore = {
      ...world.store,
      write: (change) => {
        writes += change.end === undefined || change.begin === undefined ? 0 : 1;
        return world.store.write(change);
      },
    };
    await world.run({ once: true }, counting).ended;
    const [first, second] = await world.executions();
    expect(second?.startedAt).toBe(first?.end?.endedAt);
    expect(writes).toBe(1);
  });
});

describe("P7: a failure", () => {
  test("ends nothing but its own execution", async () => {
    world.commit([task("debr/a"), task("debr/b"), task("debr/c")]);
    world.plays.set("debr/a", () => ({ throws: new TypeError("the executor is broken") }));
    world.plays.set("debr/b", () => ({ outcome: "FAILED" }));
    const { stop } = world.run();
    await world.pass(MINUTE);
    const { outcomes } = await stop();
    expect((await world.ran()).slice(0, 6)).toEqual(["debr/a", "debr/b", "debr/c", "debr/a", "debr/b", "debr/c"]);
    expect(await lastEnd("debr/a")).toMatchObject({
      outcome: "FAILED",
      error: { name: "TypeError", message: "the executor is broken" },
    });
    expect(outcomes.SUCCEEDED).toBeGreaterThan(3);
    expect(outcomes.FAILED).toBe(outcomes.SUCCEEDED * 2);
  });

  test("of every task makes the loop wait longer each time, up to five minutes", async () => {
    world.commit([task("debr/a")]);
    world.plays.set("debr/a", () => ({ outcome: "FAILED" }));
    const { stop } = world.run();
    await world.pass(20 * MINUTE);
    await stop();
    const starts = (await world.executions()).map(({ startedAt }) => Date.parse(startedAt));
    const pauses = starts.slice(1).map((start, index) => Math.round((start - (starts[index] ?? 0)) / SECOND));
    expect(pauses).toEqual([20, 40, 80, 160, 300, 300]);
  });

  test("of the store is told, and tried again until it passes", async () => {
    world.commit([task("debr/a"), task("debr/b")]);
    const failing = failAt(world.store, (call) => call % 7 === 0);
    const { stop } = world.run({}, failing);
    await world.pass(5 * MINUTE);
    await stop();
    expect(world.told()).toContain("problem The disk is busy.");
    const executions = await world.executions();
    expect(executions.length).toBeGreaterThan(20);
    expect(new Set(executions.slice(0, -1).map(({ end }) => end?.outcome))).toEqual(new Set(["SUCCEEDED"]));
    expect(overlaps(executions)).toBe(0);
  });

  test("to read the repositories leaves the loops with what was registered last", async () => {
    world.commit([task("debr/a")]);
    const { stop } = world.run();
    await world.pass(15 * SECOND);
    await stop();
    const before = (await world.ran()).length;
    const unreadable = { ...world.store, register: () => Promise.reject(new Error("The host is not to be reached.")) };
    const second = world.run({}, unreadable);
    await world.pass(MINUTE);
    await second.stop();
    expect((await world.ran()).length).toBeGreaterThan(before);
    expect(world.told()).toContain("problem The host is not to be reached.");
  });
});

/** Fails at some of the calls, every other time after it has done what was asked for. */
function failAt(store: LoopStore, fails: (call: number) => boolean): LoopStore {
  let calls = 0;
  const wrap =
    <Arguments extends readonly unknown[], Answer>(call: (...parts: Arguments) => Promise<Answer>) =>
    async (...parts: Arguments): Promise<Answer> => {
      calls += 1;
      const [failing, after] = [fails(calls), calls % 2 === 0];
      if (failing && !after) throw new TransientError("The disk is busy.");
      const answer = await call(...parts);
      if (failing) throw new TransientError("The disk is busy.");
      return answer;
    };
  return {
    ...store,
    claim: wrap(store.claim),
    extend: wrap(store.extend),
    release: wrap(store.release),
    write: wrap(store.write),
    controls: wrap(store.controls),
    execution: wrap(store.execution),
  };
}

describe("P6: what is committed", () => {
  test("ends the pause of the loops that it is for, and of no other", async () => {
    const other = task("sesr/a", { everyMs: HOUR });
    world.commit([task("debr/a"), other]);
    const { stop } = world.run({ minimumIterationMs: 5 * MINUTE });
    await world.pass(MINUTE);
    world.commit([task("debr/a"), task("debr/new"), other]);
    await world.pass(10 * SECOND);
    await stop();
    expect(await world.ran("debr")).toEqual(["debr/a", "debr/a", "debr/new"]);
    expect(await world.ran("sesr")).toEqual(["sesr/a"]);
  });

  test("is not taken before the iteration ends", async () => {
    world.commit([task("debr/a"), task("debr/b")]);
    world.plays.set("debr/a", () => ({ ms: MINUTE }));
    const { stop } = world.run({ minimumIterationMs: HOUR });
    await world.pass(30 * SECOND);
    world.commit([task("debr/c")]);
    await world.pass(2 * MINUTE);
    await stop();
    expect(await world.ran()).toEqual(["debr/a", "debr/b", "debr/c"]);
  });

  test("P7: begins the loop of an organisation that is new, and ends that of one that is gone", async () => {
    world.commit([task("debr/a")]);
    const { stop } = world.run();
    await world.pass(MINUTE);
    world.commit([task("sesr/a")]);
    await world.pass(MINUTE);
    expect(world.told()).toContain("left debr");
    expect((await world.store.loops()).find(({ loop }) => loop === "debr")?.holder).toBeUndefined();
    const before = (await world.ran("debr")).length;
    expect((await world.ran("sesr")).length).toBeGreaterThan(3);
    world.commit([task("debr/a"), task("sesr/a")]);
    await world.pass(MINUTE);
    await stop();
    expect((await world.ran("debr")).length).toBeGreaterThan(before);
  });

  test("is read once for all loops that ask at the same time", async () => {
    world.commit(Array.from({ length: 50 }, (_, index) => task(`org${index}/a`)));
    await world.run({ once: true, registrationMs: HOUR }).ended;
    expect(await world.ran()).toHaveLength(50);
    expect(world.reads()).toBeLessThan(6);
  });
});

describe("what operators ask for", () => {
  test("a request to run now is answered within seconds, although its loop waits", async () => {
    world.commit([task("debr/a", { everyMs: DAY }), task("debr/b", { everyMs: DAY })]);
    const { stop } = world.run();
    await world.pass(MINUTE);
    await world.store.runNow("debr/b", requestOf());
    await world.pass(5 * SECOND);
    await stop();
    expect(await world.ran()).toEqual(["debr/a", "debr/b", "debr/b"]);
  });

  test("a loop that is paused runs nothing more, and goes on when it is resumed", async () => {
    world.commit([task("debr/a"), task("sesr/a")]);
    const { stop } = world.run();
    await world.pass(30 * SECOND);
    const pause = requestOf({ note: "the API is down" });
    await world.store.pause({ kind: "loop", loop: "debr" }, pause);
    await world.pass(20 * SECOND);
    const before = (await world.ran("debr")).length;
    await world.pass(HOUR);
    expect(await world.ran("debr")).toHaveLength(before);
    expect((await world.ran("sesr")).length).toBeGreaterThan(300);
    expect(world.events).toContainEqual({ type: "paused", loop: "debr", pause });
    await world.store.resume({ kind: "loop", loop: "debr" });
    await world.pass(5 * SECOND);
    await stop();
    expect((await world.ran("debr")).length).toBeGreaterThan(before);
  });

  test("an execution that is cancelled ends within two seconds, and its loop goes on", async () => {
    world.commit([task("debr/a"), task("debr/b")]);
    world.plays.set("debr/a", () => ({ ms: HOUR }));
    const { stop } = world.run();
    await world.pass(MINUTE);
    const [running] = await world.executions();
    await world.store.cancel(running?.id ?? "", requestOf());
    await world.pass(2 * SECOND);
    await stop();
    const [cancelled, next] = await world.executions();
    expect(cancelled?.end).toMatchObject({ outcome: "CANCELLED", error: { name: "Cancelled" } });
    expect(next?.task.name).toBe("b");
    expect(Date.parse(next?.startedAt ?? "")).toBeLessThanOrEqual(Date.parse("2030-01-01T00:01:02Z"));
  });
});

describe("loops that are stopped", () => {
  test("end what runs, let go of everything, and go on there the next time", async () => {
    world.commit([task("debr/a", { everyMs: DAY }), task("debr/b"), task("sesr/a")]);
    world.plays.set("debr/a", () => ({ ms: HOUR }));
    const first = world.run();
    await world.pass(MINUTE);
    const { outcomes } = await first.stop();
    expect(outcomes.CANCELLED).toBe(1);
    expect(await lastEnd("debr/a")).toMatchObject({ outcome: "CANCELLED", error: { name: "Stopped" } });
    expect((await world.store.loops()).map(({ holder, running }) => [holder, running])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
    world.plays.clear();
    await world.run({ once: true, only: ["debr"] }).ended;
    expect(await world.ran("debr")).toEqual(["debr/a", "debr/a", "debr/b"]);
  });

  test("do not begin what was about to begin", async () => {
    world.commit([task("debr/a"), task("debr/b")]);
    const { stop } = world.run();
    await world.pass(500);
    await stop();
    expect(await world.ran()).toEqual(["debr/a"]);
    expect(world.told().at(-1)).toBe("left debr");
  });

  test("before they have begun resolve at once", async () => {
    world.commit([task("debr/a")]);
    const signal = AbortSignal.abort();
    expect((await world.run({ signal }).ended).outcomes.SUCCEEDED).toBe(0);
    expect(await world.ran()).toEqual([]);
  });
});

describe("one iteration of each loop", () => {
  test("ends when all have ended, and tells how", async () => {
    world.commit([task("debr/a"), task("debr/b"), task("sesr/a")]);
    world.plays.set("debr/b", () => ({ outcome: "FAILED" }));
    const { outcomes } = await world.run({ once: true }).ended;
    expect(outcomes).toMatchObject({ SUCCEEDED: 2, FAILED: 1 });
    expect(await world.ran("debr")).toEqual(["debr/a", "debr/b"]);
  });

  test("waits for retries, and does not wait for a pause or a schedule", async () => {
    world.commit([
      task("debr/a", { retry: { attempts: 1, delaySeconds: 60 } }),
      task("sesr/later", { cron: { expression: "0 6 * * *", timezone: "UTC" } }),
      task("zzebu/a"),
    ]);
    await world.store.pause({ kind: "loop", loop: "zzebu" }, requestOf());
    world.plays.set("debr/a", ({ attempt }) => ({ outcome: attempt === 1 ? "FAILED" : "SUCCEEDED" }));
    await world.run({ once: true }).ended;
    expect(await world.ran()).toEqual(["debr/a", "debr/a"]);
    expect(world.clock.now()).toBeLessThan(Date.parse("2030-01-01T00:02:00Z"));
  });

  test("is there again although the last one was a moment ago", async () => {
    world.commit([task("debr/a")]);
    await world.run({ once: true }).ended;
    await world.run({ once: true }).ended;
    expect(await world.ran()).toHaveLength(2);
  });

  test("of the loops that are named leaves the others alone", async () => {
    world.commit([task("debr/a"), task("sesr/a"), task("debr/feed", {}, METADATA_LOOP)]);
    await world.run({ once: true, only: ["sesr", METADATA_LOOP] }).ended;
    expect([...(await world.ran())].sort()).toEqual(["debr/feed", "sesr/a"]);
  });

  test("of nothing is nothing", async () => {
    expect((await world.run({ once: true }).ended).outcomes.SUCCEEDED).toBe(0);
  });
});

describe("several processes", () => {
  test("P2: never run two tasks of a loop at once, and one takes over when the other is gone", async () => {
    world.commit([task("debr/a"), task("debr/b")]);
    const first = world.run();
    await world.pass(5 * SECOND);
    const second = world.run();
    await world.pass(2 * MINUTE);
    expect(world.told()).toContain("busy debr");
    await first.stop();
    const before = (await world.ran()).length;
    await world.pass(2 * MINUTE);
    await second.stop();
    const executions = await world.executions();
    expect(overlaps(executions)).toBe(0);
    expect(executions.length).toBeGreaterThan(before);
  });

  test("find LOST what one left running that died, also in a loop that nobody registers any more", async () => {
    world.commit([task("debr/a"), task("debr/b"), task("gone/a")]);
    world.plays.set("debr/a", () => ({ ms: HOUR }));
    world.plays.set("gone/a", () => ({ ms: HOUR }));
    // It dies: nothing that it writes arrives any more, and it says nothing.
    const { store, die } = mortal(world.store);
    const dead = world.run({}, store);
    await world.pass(10 * SECOND);
    die();
    world.plays.clear();
    world.commit([task("debr/a"), task("debr/b")]);
    await world.pass(2 * MINUTE);
    const next = world.run();
    await world.pass(MINUTE);
    await Promise.all([next.stop(), dead.stop()]);
    expect((await world.store.task("gone/a"))?.counts.LOST).toBe(1);
    expect((await world.store.task("debr/a"))?.counts.LOST).toBe(1);
    expect(await world.ran("gone")).toEqual(["gone/a"]);
    expect((await world.executions()).filter(({ end }) => end === undefined)).toEqual([]);
  });

  test("a holder that cannot renew its lease ends what it runs before somebody else may begin", async () => {
    world.commit([task("debr/a")]);
    world.plays.set("debr/a", () => ({ ms: HOUR }));
    const { store, die } = mortal(world.store);
    const cut = world.run({}, store);
    await world.pass(10 * SECOND);
    die();
    const other = world.run();
    await world.pass(5 * MINUTE);
    await Promise.all([cut.stop(), other.stop()]);
    const [first, second] = await world.executions();
    expect(first?.end?.outcome).toBe("LOST");
    // The first was told to end before the second began.
    expect(world.stops[0]).toMatchObject({ id: first?.id });
    expect(world.stops[0]?.at).toBeLessThanOrEqual(Date.parse(second?.startedAt ?? ""));
  });
});

/** A store that fails for good from some moment on, as for a process that is cut off. */
function mortal(store: LoopStore): { readonly store: LoopStore; die(): void } {
  let dead = false;
  const wrap =
    <Arguments extends readonly unknown[], Answer>(call: (...parts: Arguments) => Promise<Answer>) =>
    async (...parts: Arguments): Promise<Answer> => {
      if (dead) throw new TransientError("Nothing can be reached.");
      return await call(...parts);
    };
  return {
    store: {
      ...store,
      claim: wrap(store.claim),
      extend: wrap(store.extend),
      release: wrap(store.release),
      write: wrap(store.write),
      execution: wrap(store.execution),
    },
    die() {
      dead = true;
    },
  };
}
