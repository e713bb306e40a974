import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { makeQueue, type Queue, type QueueMessage } from "../../src/embedded/messages/queue.ts";
import { driveQueue, type Handled } from "../../src/runtime/drive-queue.ts";
import { makeVirtualClock } from "../virtual-clock.ts";
import { makeRuntimeLog } from "./runtime-log.ts";

type Handle = (messages: readonly QueueMessage[]) => Promise<readonly Handled[]>;

function setUp(handle: Handle, { clock = makeVirtualClock() }: { clock?: ReturnType<typeof makeVirtualClock> } = {}) {
  const db = openDatabase(":memory:");
  const queue = makeQueue(db, { name: "process", clock, visibilityMs: 60_000, maxReceives: 5 });
  const log = makeRuntimeLog();
  const driver = driveQueue(queue, handle, { clock, log });
  onTestFinished(async () => {
    await driver.stop();
    db.close();
  });
  return { queue, driver, clock, log };
}

const done: Handle = async (messages) => messages.map(({ receipt }) => ({ receipt, done: true }));

const bodies = (...names: string[]) => names.map((name) => ({ id: name, body: name }));

async function untilEmpty(queue: Queue): Promise<void> {
  await expect.poll(() => queue.nextVisibleAt(), { interval: 1 }).toBeUndefined();
}

describe("driving a queue", () => {
  test("a message that this process sends is handled at once, without waiting for the next look", async () => {
    const handled: { id: string; at: number }[] = [];
    const db = openDatabase(":memory:");
    // Nobody wakes from a sleep here but by being told.
    const clock = { ...systemClock, sleep: (_ms: number, signal?: AbortSignal) => untilAborted(signal) };
    const queue = makeQueue(db, { name: "process", clock });
    const driver = driveQueue(
      queue,
      async (messages) => {
        handled.push(...messages.map(({ id }) => ({ id, at: 0 })));
        return done(messages);
      },
      { clock, log: makeRuntimeLog() },
    );
    for (const name of ["a", "b", "c"]) {
      await new Promise(setImmediate);
      await queue.send(bodies(name));
      await expect.poll(() => handled.at(-1)?.id).toBe(name);
    }
    await driver.stop();
    db.close();
  });

  test("what is done is gone, and what is not comes back after a delay that doubles", async () => {
    const received: { id: string; at: number }[] = [];
    const clock = makeVirtualClock(0);
    const { queue } = setUp(
      async (messages) =>
        messages.map(({ id, receipt, receiveCount }): Handled => {
          received.push({ id, at: clock.now() });
          return id === "bad" && receiveCount < 4
            ? { receipt, done: false, reason: "not now" }
            : { receipt, done: true };
        }),
      { clock },
    );
    await queue.send(bodies("good", "bad"));
    await untilEmpty(queue);
    expect(received.filter(({ id }) => id === "good")).toHaveLength(1);
    const times = received.filter(({ id }) => id === "bad").map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(gaps).toHaveLength(3);
    // Found by the next look after its time.
    for (const [index, gap] of gaps.entries()) {
      expect(gap).toBeGreaterThanOrEqual(1000 * 2 ** index);
      expect(gap).toBeLessThanOrEqual(1000 * 2 ** index + 500);
    }
    expect(await queue.depth()).toMatchObject({ visible: 0, inFlight: 0, delayed: 0, dead: 0 });
  });

  test("what is never done ends among the dead letters with its last reason", async () => {
    const { queue, log } = setUp(async (messages) =>
      messages.map(({ receipt, receiveCount }) => ({ receipt, done: false, reason: `try ${receiveCount}` })),
    );
    await queue.send(bodies("bad"));
    await untilEmpty(queue);
    const { items } = await queue.deadLetters.list({});
    expect(items).toMatchObject([{ id: "bad", receiveCount: 5, reason: "try 5" }]);
    expect(log.lines.filter((line) => line.startsWith("warn message goes back"))).toHaveLength(5);
  });

  test("a handler that throws loses nothing: its messages come back when their time is over", async () => {
    let calls = 0;
    const { queue, log } = setUp(async (messages) => {
      calls += 1;
      if (calls === 1) throw new Error("The database is away.");
      return done(messages);
    });
    await queue.send(bodies("a", "b"));
    await untilEmpty(queue);
    expect(calls).toBe(2);
    expect(log.lines).toContainEqual(expect.stringContaining("The database is away."));
  });

  test("what takes longer than messages are hidden is handled once, and by nobody else meanwhile", async () => {
    const clock = makeVirtualClock();
    const received: string[] = [];
    const { queue } = setUp(
      async (messages) => {
        received.push(...messages.map(({ id }) => id));
        await clock.sleep(3_600_000);
        return done(messages);
      },
      { clock },
    );
    await queue.send(bodies("large", "larger"));
    await untilEmpty(queue);
    expect(received).toEqual(["large", "larger"]);
    expect(await queue.depth()).toMatchObject({ dead: 0 });
  });

  test("stopping waits for what is in hand, and receives nothing more", async () => {
    const begun = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const { queue, driver } = setUp(async (messages) => {
      begun.resolve();
      await end.promise;
      return done(messages);
    });
    await queue.send(bodies("first"));
    await begun.promise;
    let stopped = false;
    const stopping = driver.stop().then(() => {
      stopped = true;
    });
    await queue.send(bodies("second"));
    await new Promise(setImmediate);
    expect(stopped).toBe(false);
    end.resolve();
    await stopping;
    expect(await queue.depth()).toMatchObject({ visible: 1, inFlight: 0 });
  });

  test("whatever a handler does with each message, every one ends done once or dead", async () => {
    const plan = fc.array(fc.array(fc.constantFrom("done", "again", "throw", "forget"), { maxLength: 6 }), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(plan, async (plans) => {
        const db = openDatabase(":memory:");
        const clock = makeVirtualClock();
        const queue = makeQueue(db, { name: "process", clock, visibilityMs: 5_000, maxReceives: 5 });
        const ended = new Map<string, number>();
        const driver = driveQueue(
          queue,
          async (messages) => {
            const steps = messages.map((one) => ({
              ...one,
              step: plans[Number(one.id)]?.[one.receiveCount - 1] ?? "done",
            }));
            if (steps.some(({ step }) => step === "throw")) throw new Error("Thrown by plan.");
            return steps.flatMap(({ id, receipt, step }): Handled[] => {
              if (step === "forget") return [];
              if (step === "again") return [{ receipt, done: false, reason: "by plan" }];
              ended.set(id, (ended.get(id) ?? 0) + 1);
              return [{ receipt, done: true }];
            });
          },
          { clock, log: makeRuntimeLog() },
        );
        await queue.send(bodies(...plans.map((_, index) => String(index))));
        await untilEmpty(queue);
        await driver.stop();
        const dead = (await queue.deadLetters.list({ limit: 100 })).items.map(({ id }) => id);
        expect([...ended.keys(), ...dead].sort()).toEqual(plans.map((_, index) => String(index)).sort());
        expect([...ended.values()].every((count) => count === 1)).toBe(true);
        db.close();
      }),
      { numRuns: 30 },
    );
  });
});

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
