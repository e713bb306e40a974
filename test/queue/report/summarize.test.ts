import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttemptRecord } from "../../../src/bulk/attempt.ts";
import type { BulkRun } from "../../../src/bulk/bulk-run.ts";
import { coveredMs } from "../../../src/queue/report/active-time.ts";
import { generalize, makeErrorGroups } from "../../../src/queue/report/error-groups.ts";
import { makeSample } from "../../../src/queue/report/statistics.ts";
import { summarize } from "../../../src/queue/report/summarize.ts";
import { newRun, workerOf } from "../../contracts/bulk-world.ts";

const at = (seconds: number) => new Date(Date.UTC(2030, 0, 1) + seconds * 1000).toISOString();

const run: BulkRun = {
  ...newRun([], { name: "add", entries: 6 }),
  state: "OPEN",
  created: at(0),
  updated: at(0),
};

function attempt(entryId: string, number: number, change: Partial<AttemptRecord> & { from: number; to?: number }) {
  const { from, to, ...rest } = change;
  return {
    run: "add",
    entryId,
    attempt: number,
    worker: "w1",
    host: "one",
    startedAt: at(from),
    ...(to !== undefined && { endedAt: at(to) }),
    ...rest,
  };
}

const wrong = (message: string) => ({ name: "ValueError", message });

describe("the report of a run", () => {
  const attempts: AttemptRecord[] = [
    attempt("a", 1, { from: 0, to: 10, outcome: "done", peakMemoryBytes: 100, cpuMs: 900 }),
    attempt("b", 1, { from: 0, to: 5, outcome: "exception", error: wrong("no band 3 in b"), log: "log-b" }),
    attempt("b", 2, { from: 10, to: 40, outcome: "done", peakMemoryBytes: 300, cpuMs: 1100, host: "two" }),
    attempt("c", 1, { from: 10, to: 15, outcome: "exception", error: wrong("no band 12 in c\nmore") }),
    attempt("c", 2, { from: 15, to: 20, outcome: "spot" }),
    attempt("c", 3, { from: 20, to: 22, outcome: "exit", exitCode: 3 }),
    attempt("d", 1, { from: 22, to: 23, outcome: "stopped" }),
    attempt("d", 2, { from: 50 }),
  ];
  const workers = [
    workerOf("add", "w1", { host: "one", startedAt: at(0), seenAt: at(20), endedAt: at(30) }),
    workerOf("add", "w2", {
      host: "two",
      startedAt: at(10),
      seenAt: at(40),
      pricePerHour: 0.36,
      instanceType: "m7g.xlarge",
      spot: true,
    }),
    workerOf("add", "w3", { host: "two", startedAt: at(100), seenAt: at(120), pricePerHour: 0.36 }),
  ];
  const counts = { QUEUED: 2, RUNNING: 1, DONE: 2, FAILED: 1, CANCELLED: 0, attempts: 8 };
  const report = () => summarize({ run, counts, attempts, workers });

  test("says what became of entries and attempts", async () => {
    expect(await report()).toMatchObject({
      schemaVersion: 1,
      run: { name: "add", state: "OPEN" },
      entries: { total: 6, QUEUED: 2, RUNNING: 1, DONE: 2, FAILED: 1, CANCELLED: 0 },
      attempts: {
        total: 8,
        outcomes: { done: 2, exception: 2, spot: 1, exit: 1, stopped: 1 },
        retries: { exception: 2, spot: 1 },
      },
    });
  });

  test("counts time while somebody worked, and judges the rate by that", async () => {
    const { time, donePerHour, remainingSeconds } = await report();
    expect(time).toEqual({
      startedAt: at(0),
      endedAt: at(120),
      elapsedSeconds: 120,
      activeSeconds: 60,
      workerSeconds: 80,
    });
    expect(donePerHour).toBe(120);
    expect(remainingSeconds).toBe(90);
  });

  test("describes what was done, and names what took longest", async () => {
    const { duration, peakMemory, cpuSeconds, slowest } = await report();
    expect(duration).toEqual({
      count: 2,
      min: 10,
      max: 30,
      mean: 20,
      deviation: Math.sqrt(200),
      p50: 20,
      p90: 28,
      p95: 29,
    });
    expect(peakMemory).toMatchObject({ count: 2, max: 300 });
    expect(cpuSeconds).toBe(2);
    expect(slowest.slice(0, 2)).toEqual([
      { entryId: "b", attempt: 2, seconds: 30, outcome: "done", host: "two" },
      { entryId: "a", attempt: 1, seconds: 10, outcome: "done", host: "one" },
    ]);
  });

  test("counts a worker that goes on for as long as its attempts, however long ago it was last heard of", async () => {
    const { time } = await summarize({
      run,
      counts,
      attempts: [attempt("a", 1, { from: 0, to: 50, outcome: "done" })],
      workers: [workerOf("add", "w1", { startedAt: at(0), seenAt: at(10) })],
    });
    expect(time).toMatchObject({ activeSeconds: 50, workerSeconds: 50 });
  });

  test("adds up what the workers cost, on each host and together", async () => {
    const { cost, hosts } = await report();
    expect(cost).toEqual({ total: expect.closeTo(0.005), perDone: expect.closeTo(0.0025), unpriced: 1 });
    expect(hosts).toEqual(
      [
        expect.objectContaining({ host: "one", workers: 1, attempts: 6, done: 1, taskSeconds: 28, workerSeconds: 30 }),
        expect.objectContaining({ host: "two", workers: 2, attempts: 1, done: 1, taskSeconds: 30, workerSeconds: 50 }),
      ].toReversed(),
    );
    expect(hosts.map(({ cost }) => cost)).toEqual([expect.closeTo(0.005), undefined]);
  });

  test("groups errors that say the same, each with an example", async () => {
    expect((await report()).errors).toEqual([
      {
        error: "ValueError",
        message: "no band 3 in b",
        attempts: 1,
        example: { entryId: "b", attempt: 1, message: "no band 3 in b", log: "log-b" },
      },
      { error: "ValueError", message: "no band 12 in c", attempts: 1, example: expect.anything() },
      { error: "spot", message: "", attempts: 1, example: expect.anything() },
      { error: "exit", message: "exit code 3", attempts: 1, example: expect.anything() },
    ]);
  });

  test("of a run that nobody has begun has no figures, and none that are not numbers", async () => {
    const empty = await summarize({ run, counts: { ...counts, DONE: 0, attempts: 0 }, attempts: [], workers: [] });
    expect(JSON.parse(JSON.stringify(empty))).toMatchObject({
      attempts: { outcomes: {}, retries: {} },
      time: { elapsedSeconds: 0, activeSeconds: 0, workerSeconds: 0 },
      cost: { total: 0, unpriced: 0 },
      errors: [],
      slowest: [],
    });
    expect(JSON.stringify(empty)).not.toContain("null");
  });
});

test("percentiles and means are those of all values, in whatever order they come", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 3000 }), (values) => {
      const sample = makeSample();
      for (const value of values) sample.add(value);
      const described = sample.describe();
      const sorted = values.toSorted((a, b) => a - b);
      expect(described?.count).toBe(values.length);
      expect(described?.min).toBe(sorted[0]);
      expect(described?.max).toBe(sorted.at(-1));
      const below = (limit: number) => sorted.filter((value) => value <= limit + 1e-6).length / sorted.length;
      expect(below(described?.p90 ?? -1)).toBeGreaterThanOrEqual(0.9 - 1 / sorted.length);
      expect(described?.p50).toBeLessThanOrEqual((described?.p95 ?? -1) + 1e-9);
    }),
    { numRuns: 50 },
  );
});

test("of thousands of values none is forgotten", () => {
  const sample = makeSample();
  for (let value = 5000; value >= 0; value--) sample.add(value);
  expect(sample.describe()).toMatchObject({
    count: 5001,
    min: 0,
    max: 5000,
    mean: 2500,
    p50: 2500,
    p90: 4500,
    p95: 4750,
  });
});

test("time that several workers were there counts once", () => {
  const span = fc
    .record({ from: fc.nat(50), length: fc.nat(20) })
    .map(({ from, length }) => ({ from, to: from + length }));
  fc.assert(
    fc.property(fc.array(span, { maxLength: 8 }), (spans) => {
      const ticks = Array.from({ length: 80 }, (_, tick) => spans.some(({ from, to }) => from <= tick && tick < to));
      expect(coveredMs(spans)).toBe(ticks.filter(Boolean).length);
    }),
  );
});

describe("errors", () => {
  test.each([
    ["S2A_17 has no band B04 at 0x7ffe12", "S2A_17", "<entry> has no band B<n> at <id>"],
    ["nests deeper than deep", "deep", "nests deeper than <entry>"],
    ["no a.b(c)[d]/e here", "a.b(c)[d]/e", "no <entry> here"],
    ["6fa459ea-ee8a-3ca4-894e-db77e160355e at 12:30:05.5", "x", "<id> at <n>"],
    ["commit deadbeef12 of abcdefab, 1.5e-3", "x", "commit <id> of abcdefab, <n>"],
  ])("such as %s are told without what is theirs alone", (message, entryId, general) => {
    expect(generalize(message, entryId)).toBe(general);
  });

  test("are told word for word as long as all of them are the same", () => {
    const groups = makeErrorGroups();
    const add = (entryId: string, message: string) =>
      groups.add(attempt(entryId, 1, { from: 0, to: 1, outcome: "exception", error: wrong(message) }));
    for (const message of ["'num1'", "'num1'"]) add("e", message);
    expect(groups.top(1)).toMatchObject([{ message: "'num1'", attempts: 2 }]);
    for (const message of ["'num2'", "'num1'"]) add("e", message);
    expect(groups.top(1)).toMatchObject([{ message: "'num<n>'", attempts: 4, example: { message: "'num1'" } }]);
  });

  test("of tasks that ask for another try and give no reason say so", () => {
    const groups = makeErrorGroups();
    groups.add(attempt("e", 1, { from: 0, to: 1, outcome: "requested", exitCode: 0 }));
    expect(groups.top(1)).toMatchObject([{ message: "it asked to be tried again and named no reason" }]);
  });

  test("that are frequent are found among a hundred thousand that are all different", () => {
    const groups = makeErrorGroups();
    const letters = (n: number) => n.toString(36).replaceAll(/\d/g, (digit) => "QRSTUVWXYZ"[Number(digit)] ?? "");
    for (let n = 0; n < 100_000; n++) {
      const message = n % 100 === 0 ? "the frequent one" : `only ${letters(n)}`;
      groups.add(attempt("e", 1, { from: 0, to: 1, outcome: "exception", error: wrong(message) }));
    }
    expect(groups.top(1)).toMatchObject([{ message: "the frequent one", attempts: 1000 }]);
    expect(groups.top(100_000).length).toBeLessThanOrEqual(5000);
  });
});
