import { describe, expect, test } from "vitest";
import { moneySpent } from "../../src/bulk/money-spent.ts";
import type { WorkerRecord } from "../../src/bulk/worker-record.ts";
import { planOf } from "../functions/pool-model.ts";

const NOW = Date.parse("2030-01-01T12:00:00Z");
/** Dollars an hour that make a minute a cent. */
const PRICE = 0.6;
const plan = planOf({ workerPricePerHour: PRICE, onDemandWorkerPricePerHour: 2 * PRICE });

function workerOf(minutesAgo: number, more: Partial<WorkerRecord> = {}): WorkerRecord {
  const time = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
  return {
    ...{ run: "run", worker: "w", host: "h", provider: "aws", cpus: 1, memoryBytes: 1, slots: 1, spot: true },
    ...{ startedAt: time(minutesAgo), seenAt: time(0), ...more },
  };
}

const counted = (live: number) => ({ starting: 0, running: live, ended: 0 });

const cents = (workers: readonly WorkerRecord[], more = {}) =>
  Math.round(moneySpent(workers, counted(workers.length), { ...plan, ...more }, NOW).spent * 100);

describe("what a run has spent", () => {
  test("is each worker's time, with three minutes for its machine to boot and to idle", () => {
    expect(cents([workerOf(10), workerOf(20)])).toBe(10 + 20 + 2 * 3);
  });

  test("ends with a worker's end, or when it was heard of for the last time", () => {
    const endedAt = new Date(NOW - 4 * 60_000).toISOString();
    expect(cents([workerOf(10, { endedAt })])).toBe(6 + 3);
    expect(cents([workerOf(30, { seenAt: new Date(NOW - 20 * 60_000).toISOString() })])).toBe(10 + 3);
  });

  test("is by what the worker says that it costs, else by its type, and dearer on demand", () => {
    expect(cents([workerOf(10, { pricePerHour: 6 })])).toBe(10 * (10 + 3));
    expect(cents([workerOf(10, { instanceType: "m7g.large" })], { workerPriceByType: { "m7g.large": 3 } })).toBe(65);
    expect(cents([workerOf(10, { spot: false })])).toBe(2 * (10 + 3));
  });

  test("counts those that ended before they told of themselves", () => {
    const { spent } = moneySpent([workerOf(10)], { starting: 0, running: 1, ended: 4 }, plan, NOW);
    expect(Math.round(spent * 100)).toBe(10 + 3 + 4 * 3);
  });

  test("goes on for three minutes after workers were told to end, and what is left is for whole workers", () => {
    const { committed, affordable } = moneySpent(
      [workerOf(10)],
      { starting: 3, running: 1, ended: 0 },
      { ...plan, maxTotalCost: 1.15 },
      NOW,
    );
    expect(committed * 100).toBeCloseTo(4 * 3);
    expect(affordable).toBe(20);
    expect(moneySpent([], counted(0), plan, NOW).affordable).toBe(Number.POSITIVE_INFINITY);
  });

  test("leaves room for so many workers as an hour may cost, dear until they say what they cost", () => {
    const hour = { ...plan, onDemandShare: 0.5, maxTotalPricePerHour: 3 * PRICE };
    expect(moneySpent([], counted(0), hour, NOW).affordable).toBe(1);
    expect(moneySpent([], counted(1), hour, NOW).affordable).toBe(1);
    expect(moneySpent([workerOf(1)], counted(1), hour, NOW).affordable).toBe(2);
    expect(moneySpent([workerOf(1, { spot: false })], counted(1), hour, NOW).affordable).toBe(1);
  });
});
