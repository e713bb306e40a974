/** The parts of a worker by themselves, in virtual time. */
import { describe, expect, test } from "vitest";
import type { AttemptEnd } from "../../../src/bulk/attempt.ts";
import type { Lease } from "../../../src/bulk/bulk-store.ts";
import type { Look } from "../../../src/embedded/processes/process-watch.ts";
import { endingOf } from "../../../src/queue/worker/ends/attempt-end.ts";
import { readReport } from "../../../src/queue/worker/ends/outcome-file.ts";
import { makeFinisher } from "../../../src/queue/worker/entries/finisher.ts";
import { makeLeaseKeeper } from "../../../src/queue/worker/entries/lease-keeper.ts";
import { makeLeaseSource } from "../../../src/queue/worker/entries/lease-source.ts";
import { patiently } from "../../../src/queue/worker/entries/patiently.ts";
import { makeTally } from "../../../src/queue/worker/entries/tally.ts";
import { simulateNotices } from "../../../src/queue/worker/notices.ts";
import { holdToLimits } from "../../../src/queue/worker/processes/task-limits.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";
import { makeMemoryQueue } from "./memory-queue.ts";

const NEVER = new AbortController().signal;
const END: AttemptEnd = { outcome: "done", startedAt: "2030-01-01T00:00:00.000Z", endedAt: "2030-01-01T00:00:01.000Z" };

function leaseOf(id: string): Lease {
  return { run: "r", entry: { id, data: {} }, attempt: 1, worker: "w", until: 0, receipt: id };
}

describe("leases", () => {
  test("are extended at each third of their time, all in one call, until they are dropped", async () => {
    const clock = makeVirtualClock(0);
    const calls: [number, number][] = [];
    const over = new AbortController();
    const queue = {
      async extend(leases: readonly Lease[]) {
        calls.push([clock.now(), leases.length]);
        if (calls.length === 3) keeper.drop(leaseOf("b"));
        return [];
      },
    };
    const keeper = makeLeaseKeeper({ queue, clock, leaseMs: 60_000, signal: over.signal, onProblem: () => {} });
    keeper.hold(leaseOf("a"), () => {});
    keeper.hold(leaseOf("b"), () => {});
    await clock.sleep(90_000);
    over.abort();
    expect(calls).toEqual([
      [20_000, 2],
      [40_000, 2],
      [60_000, 2],
      [80_000, 1],
    ]);
  });

  test("that are lost are told to whoever runs them, and a failing heartbeat is followed by the next", async () => {
    const clock = makeVirtualClock(0);
    const over = new AbortController();
    const [lost, problems]: [string[], unknown[]] = [[], []];
    let calls = 0;
    const queue = {
      async extend() {
        if (++calls === 1) throw new Error("no connection");
        return [leaseOf("b")];
      },
    };
    const onProblem = (error: unknown) => void problems.push(error);
    const keeper = makeLeaseKeeper({ queue, clock, leaseMs: 3000, signal: over.signal, onProblem });
    for (const id of ["a", "b"]) keeper.hold(leaseOf(id), () => lost.push(id));
    await clock.sleep(2500);
    over.abort();
    expect([lost, problems]).toEqual([["b"], [new Error("no connection")]]);
  });
});

test("leases are extended before anything is asked for where the machine was asleep", async () => {
  let now = 0;
  const clock = { now: () => now, sleep: () => new Promise<void>(() => {}) };
  const calls: string[][] = [];
  const queue = {
    async extend(leases: readonly Lease[]) {
      calls.push(leases.map(({ receipt }) => receipt));
      return [];
    },
  };
  const keeper = makeLeaseKeeper({ queue, clock, leaseMs: 60_000, signal: NEVER, onProblem: () => {} });
  keeper.hold(leaseOf("a"), () => {});
  now = 30_000;
  await keeper.catchUp();
  expect(calls).toEqual([]);
  now = 8 * 3_600_000;
  await keeper.catchUp();
  await keeper.catchUp();
  expect(calls).toEqual([["a"]]);
});

describe("ends", () => {
  test("that come together are stored in one call, in their order", async () => {
    const batches: string[][] = [];
    const queue = {
      async finish(ends: readonly { readonly lease: Lease }[]) {
        batches.push(ends.map(({ lease }) => lease.entry.id));
        return ends.map(() => ({ outcome: "lost" as const }));
      },
    };
    const finisher = makeFinisher(queue, { clock: makeVirtualClock(), signal: NEVER, onProblem: () => {} });
    const ids = Array.from({ length: 1200 }, (_, index) => String(index));
    const stored = ids.map((id) => finisher.finish(leaseOf(id), END));
    expect(finisher.pending()).toBe(1200);
    expect(finisher.room()).toBeInstanceOf(Promise);
    await Promise.all(stored);
    await finisher.drained();
    expect(batches.map(({ length }) => length)).toEqual([500, 500, 200]);
    expect(batches.flat()).toEqual(ids);
    expect([finisher.pending(), finisher.room()]).toEqual([0, undefined]);
  });

  test("are tried for ever with growing pauses, of 15 seconds at most", async () => {
    const clock = makeVirtualClock(0);
    const at: number[] = [];
    const ask = async () => {
      at.push(clock.now());
      if (at.length < 12) throw new Error("no connection");
      return "stored";
    };
    expect(await patiently(ask, { clock, signal: NEVER, onProblem: () => {} })).toBe("stored");
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000, 15_000]);
  });

  test("are given up only with the worker", async () => {
    const stop = new AbortController();
    const ask = async () => {
      stop.abort();
      throw new Error("no connection");
    };
    const patience = { clock: makeVirtualClock(), signal: stop.signal, onProblem: () => {} };
    await expect(patiently(ask, patience)).rejects.toThrow("no connection");
  });
});

describe("entries", () => {
  function makeSource(count: number, idle: "exit" | "wait-for-retries", ahead = 0) {
    const clock = makeVirtualClock(0);
    const entries = Array.from({ length: count }, (_, index) => ({ id: `e${index}`, data: {} }));
    const queue = makeMemoryQueue(entries, clock);
    let busy = false;
    const source = makeLeaseSource({
      ...{ queue, clock, leaseMs: 60_000, worker: { run: "r", worker: "w", idle, idleMs: 2000 } },
      patience: { clock, signal: NEVER, tries: 3, onProblem: () => {} },
      ...{ onReceived: () => {}, busy: () => busy, ahead: () => ahead },
    });
    const setBusy = (now: boolean) => {
      busy = now;
    };
    return { clock, queue, source, setBusy };
  }

  test("are asked for once for all slots that wait", async () => {
    const { queue, source } = makeSource(3, "exit", 0);
    const leases = await Promise.all([source.next(), source.next()]);
    expect(leases.map((lease) => lease?.entry.id)).toEqual(["e0", "e1"]);
    expect(queue.calls.receive).toBeLessThanOrEqual(2);
  });

  test("are held ahead where tasks are short, and can be taken back", async () => {
    const { queue, source } = makeSource(5, "exit", 10);
    await source.next();
    expect(queue.calls.receive).toBe(1);
    source.stop("stopped");
    expect(source.leftover().map(({ entry }) => entry.id)).toEqual(["e1", "e2", "e3", "e4"]);
    expect(await source.next()).toBeUndefined();
  });

  test("are at an end when the queue was empty for as long as was asked, with nothing running", async () => {
    const { clock, source, setBusy } = makeSource(1, "exit");
    await source.next();
    setBusy(true);
    const next = source.next();
    await clock.sleep(10_000);
    expect(source.reason()).toBeUndefined();
    setBusy(false);
    expect(await next).toBeUndefined();
    expect(source.reason()).toBe("the queue is empty");
    expect(clock.now()).toBeLessThan(16_000);
  });

  test("are waited for while the run is open, where that was asked", async () => {
    const { clock, queue, source } = makeSource(1, "wait-for-retries");
    const first = await source.next();
    const next = source.next();
    await clock.sleep(60_000);
    expect(source.reason()).toBeUndefined();
    if (first !== undefined) await queue.finish([{ lease: first, end: END }]);
    expect(await next).toBeUndefined();
    expect(source.reason()).toBe("every entry has ended");
  });

  test("are given up where the store does not answer, and whoever settles is told why", async () => {
    const { queue, source } = makeSource(1, "exit");
    queue.fail("receive", 3);
    expect(await source.next()).toBeUndefined();
    await expect(source.settled()).rejects.toThrow("receive does not work");
  });
});

test("entries are held ahead for a fifth of a second of work", () => {
  const tally = makeTally();
  expect(tally.ahead(4)).toBe(0);
  tally.started();
  tally.ended({ ...END, endedAt: "2030-01-01T00:00:00.020Z" });
  expect(tally.ahead(4)).toBe(40);
  tally.started();
  tally.ended({ ...END, endedAt: "2030-01-01T00:10:00.000Z" });
  expect(tally.ahead(4)).toBe(0);
});

test("a simulated notice comes once, at its time, with the time of the end", async () => {
  const clock = makeVirtualClock(0);
  const notices = simulateNotices(clock, 5);
  expect(await notices.next(NEVER)).toEqual({ kind: "termination", at: 125_000 });
  expect(clock.now()).toBe(5000);
  expect(await notices.next(AbortSignal.abort())).toBeUndefined();
});

describe("how an attempt ended", () => {
  const exit = { code: null, signal: "SIGKILL" } as const;

  test("a word of the task counts before the reason for which it was ended", () => {
    const verdict = { outcome: "timeout" } as const;
    expect(endingOf({ report: { outcome: "done" }, verdict, silenceIsDone: false })).toEqual({ outcome: "done" });
    expect(endingOf({ report: { outcome: "retry" }, verdict, silenceIsDone: false })).toEqual(verdict);
    const exception = { name: "AbortError", message: "aborted" };
    expect(endingOf({ report: { exception }, verdict, silenceIsDone: false })).toEqual(verdict);
  });

  test("a process that the kernel killed when memory ran out has had too little of it", () => {
    expect(endingOf({ exit, kernelKilled: true, silenceIsDone: true }).outcome).toBe("memory");
    expect(endingOf({ exit, kernelKilled: false, silenceIsDone: true }).outcome).toBe("exit");
  });

  test.each(["MemoryError", "numpy.core._exceptions._ArrayMemoryError: Unable to allocate", "std::bad_alloc"])(
    "a last line of %s is a lack of memory",
    (line) => {
      const tail = `Traceback (most recent call last):\n${line}\n`;
      expect(endingOf({ exit: { code: 1, signal: null }, tail, silenceIsDone: true }).outcome).toBe("memory");
    },
  );

  test("what a program wrote as an exception is read even where parts of it are missing", () => {
    expect(readReport('{"exception":{}}')).toEqual({ exception: { name: "Error", message: "", trace: undefined } });
    expect(readReport('{"outcome":"failed","reason":3}')).toEqual({ outcome: "failed", reason: "3" });
  });

  test.each([
    [
      `Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nValueError: no such band\n`,
      "ValueError: no such band",
    ],
    ["Error: boom\n    at file:///a.js:1:1\n\nNode.js v24.1.0\n", "Error: boom"],
    ["Error: boom\n    at file:///a.js:1:1 {\n  code: 'X'\n}\n\nNode.js v24.1.0\n", "Error: boom"],
    ["thread 'main' panicked at a.rs:1:1:\nboom\nnote: run with `RUST_BACKTRACE=1`\n", "boom"],
    [" 10%\r 50%\r\u001b[31mno space left\u001b[0m\r\n \n", "no space left"],
    ["  all of it\n  is indented\n", "is indented"],
    ["a\u0000b\tc\u202e", "a\uFFFDb  c\uFFFD"],
    [`${"x".repeat(400)}\n`, `${"x".repeat(299)}…`],
  ])("the reason is the last line that says one: %j", (tail, words) => {
    const { error } = endingOf({ exit: { code: 3, signal: null }, tail, silenceIsDone: true });
    expect(error?.message).toBe(`It ended with exit status 3: ${words}`);
  });

  test("a program that has written nothing is told by its status or signal alone", () => {
    const messageOf = (tail: string) => endingOf({ exit, tail, silenceIsDone: true }).error?.message;
    expect(messageOf("")).toBe("It was killed by SIGKILL and without an outcome");
    expect(messageOf("\n \n")).toBe("It was killed by SIGKILL and without an outcome");
  });
});

describe("what an attempt used", () => {
  const limits = { maxRuntimeSeconds: 30, maxMemoryBytes: 2e6, cpus: 1, graceSeconds: 1 };

  /** What is known after these looks, each of memory, processor time and age. */
  function usageAfter(looks: readonly (readonly [memoryBytes: number, cpuMs: number, ageMs: number])[]) {
    const process = { pid: 0, signal() {} };
    const control = {
      slot: 0,
      end: NEVER,
      kills: [],
      notices: { shutdown: NEVER, termination: NEVER },
      verdict: () => ({ outcome: "stopped" as const }),
    };
    let look: Look = () => {};
    const watch = {
      add(_group: number, given: Look) {
        look = given;
        return () => {};
      },
    };
    const hold = holdToLimits(process, limits, control, watch, () => {});
    for (const [memoryBytes, cpuMs, ageMs] of looks) look({ memoryBytes, cpuMs }, ageMs);
    hold.release();
    return hold.usage();
  }

  test("is the most of all looks", () => {
    expect(
      usageAfter([
        [1e6, 0, 20],
        [1.5e6, 60, 100],
        [1e6, 90, 150],
      ]),
    ).toEqual({ memoryBytes: 1.5e6, cpuMs: 90 });
  });

  test("is left out where only its beginning was seen", () => {
    expect(
      usageAfter([
        [1e6, 0, 20],
        [1e6, 0, 50],
      ]),
    ).toEqual({});
  });

  test("is told of what was ended for its memory, however soon", () => {
    expect(usageAfter([[3e6, 10, 20]])).toEqual({ memoryBytes: 3e6, cpuMs: 10 });
  });
});
