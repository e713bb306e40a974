import { describe, expect, test } from "vitest";
import type { BulkRun } from "../../src/bulk/bulk-run.ts";
import type { PoolPlan } from "../../src/bulk/pool.ts";
import { DEFAULT_POLICY } from "../../src/bulk/retry-policy.ts";
import type { WorkerRecord } from "../../src/bulk/worker-record.ts";
import { renderPool } from "../../src/cli/pool/pool-table.ts";
import { viewPool } from "../../src/pool/pool-view.ts";

const NOW = Date.parse("2026-01-01T01:00:00Z");

const run: BulkRun = {
  name: "night",
  task: { kind: "task", name: "additions" },
  limits: { maxRuntimeSeconds: 60, cpus: 1, graceSeconds: 30 },
  policy: DEFAULT_POLICY,
  digest: "",
  entries: 1000,
  source: {},
  state: "OPEN",
  created: "2026-01-01T00:00:00Z",
  updated: "2026-01-01T00:00:00Z",
};

const plan: PoolPlan = {
  kind: "batch",
  region: "us-west-2",
  instanceTypes: ["m7.large", "m6.large"],
  spot: true,
  onDemandShare: 0,
  slotsPerWorker: 2,
  cpusPerWorker: 2,
  memoryPerWorkerMiB: 7000,
  bootDiskGB: 30,
  maxWorkers: 10,
  workerPricePerHour: 0.06,
  workerPriceByType: { "m7.large": 0.05, "m6.large": 0.06 },
  onDemandWorkerPricePerHour: 0.1,
  maxTotalCost: 5,
};

function worker(name: string, facts: Partial<WorkerRecord> = {}): WorkerRecord {
  return {
    run: "night",
    worker: name,
    slots: 2,
    host: name,
    provider: "aws",
    instanceType: "m7.large",
    cpus: 2,
    memoryBytes: 8e9,
    spot: true,
    startedAt: "2026-01-01T00:00:00Z",
    seenAt: "2026-01-01T00:59:30Z",
    ...facts,
  };
}

const counts = { QUEUED: 500, RUNNING: 4, DONE: 490, FAILED: 6, CANCELLED: 0, attempts: 500 };

describe("a run's pool", () => {
  test("costs what its workers cost, and as much as the dearest for those nothing is known of yet", () => {
    const workers = [worker("a"), worker("b"), worker("c", { endedAt: "2026-01-01T00:30:00Z" })];
    const status = { starting: 1, running: 2, ended: 1, reasons: ["no capacity"] };
    const view = viewPool(run, plan, { counts, workers, status, now: NOW });
    expect(view).toMatchObject({ starting: 1, running: 2, ended: 1, remaining: 504, heldBy: "pool" });
    expect(view.pricePerHour).toBeCloseTo(0.05 + 0.05 + 0.06);
    // Two and a half hours of work, and some minutes around each.
    expect(view.spent).toBeGreaterThan(2.5 * 0.05);
    expect(view.spent).toBeLessThan(2.8 * 0.05);
  });

  test("counts no worker that the provider knows to be gone", () => {
    const workers = [worker("a"), worker("gone", { seenAt: "2026-01-01T00:10:00Z", instanceType: "m6.large" })];
    const status = { starting: 0, running: 1, ended: 1, reasons: [] };
    expect(viewPool(run, plan, { counts, workers, status, now: NOW }).pricePerHour).toBeCloseTo(0.05);
  });

  test("is counted by what workers tell, where the provider does not count them", () => {
    const workers = [worker("a"), worker("c", { endedAt: "2026-01-01T00:30:00Z" })];
    const view = viewPool(run, plan, { counts, workers, status: undefined, now: NOW });
    expect(view).toMatchObject({ starting: 0, running: 1, ended: 1 });
  });

  test("is shown with its price, its budget and what holds it up", () => {
    const status = { starting: 1, running: 2, ended: 1, reasons: ["no capacity"] };
    const view = viewPool(run, plan, { counts, workers: [worker("a"), worker("b")], status, now: NOW });
    const lines = renderPool({ env: {}, stdout: { write: () => {} } }, view).split("\n");
    expect(lines.map((line) => line.trim().replaceAll(/ {2,}/g, ": "))).toEqual([
      "▶ OPEN night",
      "entries left: 504",
      "workers: 1 starting, 2 running, 1 ended, 10 at most",
      "each: 2 tasks at a time on one spot instance: m7.large, m6.large",
      "price: 0.16 USD/h now",
      "spent: 0.108 USD, 5.00 USD at most",
      "no more, since: the pool may have no more",
      "the provider says: no capacity",
    ]);
  });
});
