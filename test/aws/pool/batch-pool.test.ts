import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeBatchPool } from "../../../src/aws/pool/batch-pool.ts";
import { arraySizes } from "../../../src/aws/pool/worker-jobs.ts";
import type { PoolPlan } from "../../../src/bulk/pool.ts";
import type { PoolOrder } from "../../../src/bulk/pool-order.ts";
import { planOf } from "../../functions/pool-model.ts";
import { makeFakeBatch } from "./fake-batch.ts";

const SETTINGS = {
  stack: "demo-prod",
  subnets: ["subnet-a", "subnet-b"],
  securityGroups: ["sg-a"],
  instanceProfile: "arn:profile",
  jobRole: "arn:role",
  image: "runner",
  environment: { CIRRUS_BULK_TABLE: "table" },
};

function orderOf(more: Partial<PoolPlan> = {}): PoolOrder {
  return { plan: planOf({ onDemandShare: 0.5, ...more }), code: { kind: "lambda", function: "demo-prod-add" } };
}

function open(options: Parameters<typeof makeFakeBatch>[0] = {}) {
  const fake = makeFakeBatch(options);
  const pool = makeBatchPool({
    batch: async () => fake.batch,
    launchTemplates: async () => fake.launchTemplates,
    settings: SETTINGS,
  });
  return { ...fake, pool };
}

/** Calls again until it is so, as supervise does. */
async function again(step: () => Promise<boolean>): Promise<number> {
  for (let calls = 1; calls < 500; calls += 1) {
    if (await step()) return calls;
  }
  throw new Error("It never comes to an end");
}

/** An error is another call. */
function despiteErrors(step: () => Promise<boolean>): () => Promise<boolean> {
  return () => step().catch(() => false);
}

const isReady = (pool: ReturnType<typeof open>["pool"], order: PoolOrder) => async () =>
  (await pool.prepare("run", order)).outcome === "ready";

describe("a pool on Batch", () => {
  test("is made step by step: spot instances first, then those on demand for their share, then queue and definition", async () => {
    const { pool, ...made } = open();
    const order = orderOf({ maxWorkers: 5, cpusPerWorker: 2, memoryPerWorkerMiB: 3000.7 });
    expect(await pool.prepare("run", order)).toMatchObject({ outcome: "waiting" });
    await again(isReady(pool, order));

    const [spot, onDemand] = [...made.environments.values()].map(({ input }) => input);
    expect(spot).toMatchObject({
      computeEnvironmentName: "demo-prod-bulk-run-spot",
      type: "MANAGED",
      computeResources: {
        ...{ type: "SPOT", allocationStrategy: "SPOT_PRICE_CAPACITY_OPTIMIZED", minvCpus: 0, maxvCpus: 10 },
        ...{ instanceTypes: ["m7g.large", "m6g.large"], subnets: SETTINGS.subnets, instanceRole: "arn:profile" },
        tags: { "cirrus:stack": "demo-prod", "cirrus:run": "run" },
      },
    });
    expect(onDemand?.computeResources).toMatchObject({
      ...{ type: "EC2", allocationStrategy: "BEST_FIT_PROGRESSIVE", minvCpus: 0, maxvCpus: 6 },
    });
    expect([...made.queues.values()][0]?.environments).toEqual([
      "demo-prod-bulk-run-spot",
      "demo-prod-bulk-run-ondemand",
    ]);
    expect(made.definitions()).toMatchObject([
      {
        jobDefinitionName: "demo-prod-bulk-run",
        containerProperties: {
          ...{ image: "runner", command: ["cirrus-worker", "run"], jobRoleArn: "arn:role" },
          environment: [
            { name: "CIRRUS_BULK_TABLE", value: "table" },
            { name: "CIRRUS_TASK_FUNCTION", value: "demo-prod-add" },
          ],
          resourceRequirements: [
            { type: "VCPU", value: "2" },
            { type: "MEMORY", value: "3000" },
          ],
        },
        retryStrategy: {
          evaluateOnExit: [
            { onStatusReason: "Host EC2*", action: "RETRY" },
            { onReason: "*", action: "EXIT" },
          ],
        },
      },
    ]);
    expect(await pool.runs()).toEqual(["run"]);
  });

  test("has an encrypted disk of the plan's size, metadata only with a token, and the startup script", async () => {
    const { pool, templates } = open();
    const order = orderOf({ bootDiskGB: 80, startupScript: "apt-get install -y gdal-bin" });
    await pool.prepare("run", order);
    const { LaunchTemplateData: data = {} } = [...templates.values()][0] ?? {};
    expect(data.MetadataOptions).toMatchObject({ HttpTokens: "required" });
    expect(data.BlockDeviceMappings?.[0]?.Ebs).toMatchObject({ VolumeSize: 80, VolumeType: "gp3", Encrypted: true });
    const text = Buffer.from(data.UserData ?? "", "base64").toString();
    expect(text).toMatch(/^MIME-Version: 1\.0\nContent-Type: multipart\/mixed; boundary="(.+)"\n\n--\1\n/);
    expect(text).toContain(
      'Content-Type: text/x-shellscript; charset="utf-8"\n\n#!/bin/bash\napt-get install -y gdal-bin\n',
    );
  });

  test("is impossible with a startup script or a disk that no instance takes, and leaves nothing behind", async () => {
    const { pool, isEmpty } = open({ refusesDisk: "gp9" });
    expect(await pool.prepare("run", orderOf({ startupScript: "x".repeat(16_000) }))).toMatchObject({
      ...{ outcome: "impossible", reason: expect.stringContaining("The startup script has") },
    });
    expect(await pool.prepare("run", orderOf({ bootDiskType: "gp9" }))).toEqual({
      ...{ outcome: "impossible", reason: "no instance can be started: no volume type gp9" },
    });
    expect(isEmpty()).toBe(true);
  });

  test("has room for every worker on the largest of its types, as each has an instance to itself", async () => {
    const { pool, environments } = open();
    await again(isReady(pool, orderOf({ maxWorkers: 10, cpusPerWorker: 32, mostCpusPerInstance: 48 })));
    expect([...environments.values()].map(({ input }) => input.computeResources?.maxvCpus)).toEqual([480, 240]);
  });

  test("goes on where Batch does not take another number of processors now", async () => {
    const { pool, batch } = open();
    await again(isReady(pool, orderOf({ maxWorkers: 8 })));
    batch.setMostCpus = () => Promise.reject(Object.assign(new Error("not less now"), { name: "ClientException" }));
    await again(isReady(pool, orderOf({ maxWorkers: 2 })));
  });

  test("that is ready stays as it is, whatever budget and prices become", async () => {
    const { pool, environments, definitions } = open();
    await again(isReady(pool, orderOf()));
    const before = [...environments.values()].map(({ input }) => input);
    const other = orderOf({ workerPricePerHour: 9, maxTotalCost: 3 });
    expect(await pool.prepare("run", other)).toEqual({ outcome: "ready" });
    expect([...environments.values()].map(({ input }) => input)).toEqual(before);
    expect(definitions()).toHaveLength(1);
  });

  test("grows and shrinks with the number of workers, and stays", async () => {
    const { pool, environments, templates } = open();
    await again(isReady(pool, orderOf({ maxWorkers: 2 })));
    const made = [...templates.values()];
    await again(isReady(pool, orderOf({ maxWorkers: 8 })));
    expect([...templates.values()]).toEqual(made);
    expect([...environments.values()].map(({ input }) => input.computeResources?.maxvCpus)).toEqual([8, 4]);
  });

  test("of another plan is taken away before the new one is made", async () => {
    const { pool, environments } = open();
    await again(isReady(pool, orderOf()));
    const order = orderOf({ instanceTypes: ["c8g.large"], onDemandShare: 0 });
    await again(isReady(pool, order));
    expect([...environments.values()].map(({ input }) => input.computeResources?.instanceTypes)).toEqual([
      ["c8g.large"],
    ]);
  });

  test("whose environment is invalid says why, and is not waited for", async () => {
    const { pool, batch, launchTemplates } = open();
    const broken = {
      ...batch,
      describeComputeEnvironments: async () => ({ computeEnvironments: [INVALID], $metadata: {} }),
    };
    const stubborn = makeBatchPool({
      batch: async () => broken as unknown as typeof batch,
      launchTemplates: async () => launchTemplates,
      settings: SETTINGS,
    });
    expect(await stubborn.prepare("run", orderOf())).toMatchObject({ outcome: "waiting" });
    expect(await stubborn.prepare("run", orderOf())).toEqual({
      outcome: "impossible",
      reason: "the compute environment demo-prod-bulk-run-spot is invalid: no such subnet",
    });
    expect(await pool.runs()).toEqual(["run"]);
  });

  test("that Batch refuses says why, and is not tried for ever", async () => {
    const { pool } = open({ refuses: ["no-such.type"] });
    const order = orderOf({ instanceTypes: ["no-such.type"] });
    await pool.prepare("run", order);
    expect(await pool.prepare("run", order)).toEqual({
      outcome: "impossible",
      reason: "Batch refuses the compute environment demo-prod-bulk-run-spot: no instance type no-such.type",
    });
  });

  test("starts several workers as an array, one as a job, and a turn only once", async () => {
    const { pool, jobs } = open();
    await again(isReady(pool, orderOf()));
    await pool.start("run", orderOf(), 7, "t1");
    await pool.start("run", orderOf(), 7, "t1");
    await pool.start("run", orderOf(), 1, "t2");
    expect(jobs.map(({ jobName, size }) => [jobName, size])).toEqual([
      ["demo-prod-bulk-run-t1-0", 7],
      ["demo-prod-bulk-run-t2-0", undefined],
    ]);
    for (const job of jobs) if (job.size === undefined) job.status = "RUNNING";
    expect(await pool.status("run")).toEqual({ starting: 7, running: 1, ended: 0, reasons: [] });
    for (const job of jobs) job.status = "SUCCEEDED";
    expect(await pool.status("run")).toMatchObject({ starting: 0, running: 0, ended: 8 });
  });

  test("tells why workers of an array wait, which Batch says of one of them alone", async () => {
    const { pool, jobs } = open();
    await again(isReady(pool, orderOf()));
    await pool.start("run", orderOf(), 7, "t1");
    for (const job of jobs) job.waitsFor = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY";
    expect((await pool.status("run")).reasons).toEqual(["CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"]);
  });

  test("asks for the GPUs of its instances, without which a container sees none", async () => {
    const { pool, definitions } = open();
    await again(isReady(pool, orderOf({ gpusPerWorker: 4 })));
    expect(definitions()[0]?.containerProperties?.resourceRequirements).toContainEqual({ type: "GPU", value: "4" });
  });

  test("is taken away with its workers, in the order that Batch demands", async () => {
    const { pool, jobs, isEmpty } = open();
    await again(isReady(pool, orderOf()));
    await pool.start("run", orderOf(), 3, "t1");
    await again(() => pool.remove("run", "enough"));
    expect(isEmpty()).toBe(true);
    expect(jobs.map(({ status }) => status)).toEqual(["FAILED"]);
    expect(await pool.remove("run", "enough")).toBe(true);
  });

  test("that is taken away in part is made whole again, however far that had come", async () => {
    for (let steps = 1; steps < 20; steps += 1) {
      const { pool, jobs, environments } = open();
      await again(isReady(pool, orderOf()));
      for (let step = 0; step < steps; step += 1) await pool.remove("run", "stopped");
      await again(isReady(pool, orderOf()));
      await pool.start("run", orderOf(), 1, "t1");
      expect(jobs, `after ${steps} steps`).toHaveLength(1);
      const states = [...environments.values()].map(({ state }) => state);
      expect(states, `after ${steps} steps`).toEqual(["ENABLED", "ENABLED"]);
    }
  });
});

const INVALID = {
  computeEnvironmentName: "demo-prod-bulk-run-spot",
  status: "INVALID" as const,
  statusReason: "no such subnet",
};

test("whichever calls fail, with or without effect, calling again makes the pool, and then takes all of it away", async () => {
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.integer({ min: 0, max: 9 })), async (dice) => {
      const { pool, isEmpty, definitions } = open({ fails: () => (dice.next().value ?? 9) < 2 });
      await again(despiteErrors(isReady(pool, orderOf())));
      expect(definitions().length).toBeGreaterThan(0);
      await again(despiteErrors(() => pool.remove("run", "over")));
      expect(isEmpty()).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("an array has at most ten thousand workers", () => {
  expect(arraySizes(1)).toEqual([1]);
  expect(arraySizes(10_000)).toEqual([10_000]);
  expect(arraySizes(25_001)).toEqual([10_000, 10_000, 5_001]);
});
