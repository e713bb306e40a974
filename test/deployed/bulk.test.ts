/**
 * Bulk runs on the pools of a deployed stage: the same commands as here, with a pool and a stage; machines made for the run,
 * workers as Batch jobs or Lambdas, and nothing left in the end.
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BatchClient, DescribeComputeEnvironmentsCommand, DescribeJobQueuesCommand } from "@aws-sdk/client-batch";
import { DescribeLaunchTemplatesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { LambdaClient, ListEventSourceMappingsCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { makeAwsBulk } from "../../src/aws/bulk/bulk.ts";
import { makeClients } from "../../src/aws/clients.ts";
import { makeS3ObjectStore } from "../../src/aws/object-store.ts";
import { callSupervise } from "../../src/aws/pool/call-supervise.ts";
import type { BulkRun, BulkTask } from "../../src/bulk/bulk-run.ts";
import type { PoolPlan } from "../../src/bulk/pool.ts";
import { DEFAULT_POLICY } from "../../src/bulk/retry-policy.ts";
import { systemClock } from "../../src/clock.ts";
import { EXIT } from "../../src/errors.ts";
import { asJson } from "../../src/json.ts";
import { payloadUrls } from "../../src/payload/object-urls.ts";
import { orderPool, startRun } from "../../src/pool/start-run.ts";
import { readProject } from "../../src/project/read-project.ts";
import { loadRun } from "../../src/queue/load-run.ts";
import { findProgram } from "../../src/queue/program.ts";
import { toEmulator } from "./clients.ts";
import { eventually } from "./eventually.ts";
import { copyProject } from "./project-copy.ts";
import { openStage, type Stage } from "./stage.ts";

const endpoint = inject("endpoint");
const settings = toEmulator(endpoint);
const project = copyProject(endpoint, { isSmall: true });
const STACK = "cirrus-bulk";
const DEPLOY_MS = 600_000;
const RUN_MS = 600_000;
/** Until a run has come to a state. */
const STATE_MS = 400_000;

let stage: Stage;

beforeAll(async () => {
  const { code, stdout, stderr } = await project.serverless("deploy", "--stage", "bulk");
  expect(code, `${stdout}${stderr}\nThe emulator's log: ${inject("emulatorLog")}`).toBe(0);
  stage = await openStage(endpoint, STACK);
}, DEPLOY_MS);

afterAll(project.remove);

function planOf(kind: PoolPlan["kind"], more: Partial<PoolPlan> = {}): PoolPlan {
  return {
    kind,
    region: settings.region,
    instanceTypes: ["m7i.large", "m7a.large"],
    spot: true,
    onDemandShare: 0.5,
    slotsPerWorker: 2,
    cpusPerWorker: 1,
    memoryPerWorkerMiB: 1024,
    bootDiskGB: 30,
    maxWorkers: 2,
    workerPricePerHour: 0.05,
    workerPriceByType: { "m7i.large": 0.05 },
    onDemandWorkerPricePerHour: 0.1,
    startupScript: "#!/bin/bash\necho started\n",
    ...more,
  };
}

function openBulk() {
  const clients = makeClients(settings);
  const bucket = stage.output("CirrusPayloadBucket");
  const store = { table: stage.output("CirrusBulkTable"), payloadBucket: bucket, payloadPrefix: "cirrus" };
  const bulk = makeAwsBulk(clients, { ...store, queuePrefix: `${STACK}-bulk-`, waitSeconds: 1 }, systemClock);
  const objects = makeS3ObjectStore({ s3: clients.s3 });
  return { ...bulk, objects, urls: payloadUrls({ bucket, prefix: "cirrus" }).bulk };
}

const supervise = (run: string) => callSupervise(STACK, run, settings);

/** As `cirrus bulk run --pool` does it. */
async function begin(run: string, task: BulkTask, plan: PoolPlan, entries: readonly object[]): Promise<BulkRun> {
  const bulk = openBulk();
  const { project: read } = readProject(project.folder, { stage: "bulk", env: {} });
  const program = findProgram(task, read, project.folder);
  const mode = program.kind === "module" ? "reuse" : "process";
  const order = await orderPool(bulk, { run, plan, task, program, project: read, stack: STACK, mode });
  const file = join(mkdtempSync(join(tmpdir(), "cirrus-bulk-test-")), "tasks.json");
  writeFileSync(file, JSON.stringify(entries));
  const limits = { maxRuntimeSeconds: 60, cpus: 0.5, graceSeconds: 5 };
  const loaded = await loadRun(
    {
      runs: bulk.runs,
      objects: bulk.objects,
      stdin: process.stdin,
      allowLocal: true,
      signal: new AbortController().signal,
    },
    { run: { name: run, task, limits, policy: DEFAULT_POLICY, pool: asJson(order) }, taskFile: { file } },
  );
  await startRun({ runs: bulk.runs, supervise }, loaded.run, order);
  return loaded.run;
}

/** The schedule's minute is shorter here. */
async function untilState(run: string, state: BulkRun["state"]): Promise<BulkRun> {
  const { runs } = openBulk();
  let said: unknown;
  const look = async () => {
    said = await supervise(run);
    const found = await runs.get(run);
    return found?.state === state ? found : undefined;
  };
  return eventually(`${run} is ${state}`, look, {
    within: STATE_MS,
    describe: async () => JSON.stringify([said, await runs.get(run), await runs.counts(run), await runs.workers(run)]),
  });
}

async function untilNothingIsLeft(run: string): Promise<void> {
  const name = `${STACK}-bulk-${run}`;
  const [batch, ec2] = [new BatchClient(settings), new EC2Client(settings)];
  await eventually(`the pool of ${run} is gone`, async () => {
    await supervise(run);
    const { jobQueues = [] } = await batch.send(new DescribeJobQueuesCommand({ jobQueues: [name] }));
    const { computeEnvironments = [] } = await batch.send(
      new DescribeComputeEnvironmentsCommand({ computeEnvironments: [`${name}-spot`, `${name}-ondemand`] }),
    );
    const Filters = [{ Name: "launch-template-name", Values: [name] }];
    const { LaunchTemplates = [] } = await ec2.send(new DescribeLaunchTemplatesCommand({ Filters }));
    return jobQueues.length + computeEnvironments.length + LaunchTemplates.length === 0 ? true : undefined;
  });
}

/** Two hundred, of which ten fail, ten throw and ten ask for another try. */
function entriesOf(count: number): readonly object[] {
  const ends = ["failed", "exception", "retry"];
  return Array.from({ length: count }, (_, i) => ({
    task_id: `add-${i}`,
    data: { a: i, b: 1, ...(i % 20 < ends.length && { ends: ends[i % 20] }) },
  }));
}

const ADDER: BulkTask = { kind: "task", name: "adder" };

describe("cirrus bulk run --pool batch", () => {
  /** Prices are recorded ones: the emulator has none. */
  const pool = [
    "--stage",
    "bulk",
    "--pool",
    "batch",
    "--offline",
    "--use-spot",
    "--max-instances",
    "2",
    "--seconds-per-task",
    "1",
  ];
  const run = (...args: string[]) => project.cirrus("bulk", "run", "adder", "--tasks", "sums.json", ...pool, ...args);
  const bulk = (...args: string[]) => project.cirrus("bulk", ...args, "--stage", "bulk");

  beforeAll(() => {
    const entries = Array.from({ length: 12 }, (_, a) => ({
      task_id: `add-${a}`,
      data: { a, b: 1, ...(a === 7 && { ends: "failed" }) },
    }));
    writeFileSync(join(project.folder, "sums.json"), JSON.stringify(entries));
  });

  test("says in a dry run what it would cost, and changes nothing", { timeout: RUN_MS }, async () => {
    const dry = await run("--dry-run", "-o", "json");
    expect(dry.code, dry.stderr).toBe(EXIT.ok);
    const said = JSON.parse(dry.stdout);
    expect(said).toMatchObject({ name: "adder-sums", entries: 12 });
    expect(said.pool[0]).toMatchObject({ rank: 1, plan: { kind: "batch", region: "us-west-2" } });
    expect((await bulk("list", "-o", "name")).stdout).toBe("");
  });

  test("says that a pool is impossible before anything is changed", { timeout: RUN_MS }, async () => {
    const impossible = await run("--min-total-memory", "100000");
    expect(impossible.code, impossible.stderr).toBe(EXIT.config);
    expect(impossible.stderr).toContain("min-total-memory");
    expect((await bulk("list", "-o", "name")).stdout).toBe("");
  });

  test("runs the same file with the same report and exit code, and everything can be looked at", {
    timeout: RUN_MS,
  }, async () => {
    const first = await run("-o", "json");
    expect(first.code, first.stderr).toBe(EXIT.partial);
    expect(JSON.parse(first.stdout)).toMatchObject({ entries: { total: 12, DONE: 11, FAILED: 1 } });
    expect((await bulk("entries", "adder-sums", "--state", "failed", "-o", "name")).stdout).toBe("add-7\n");
    expect((await bulk("logs", "adder-sums", "add-3")).stdout).toContain("adding for add-3");
    const again = await run();
    expect(again.code, again.stderr).toBe(EXIT.partial);
    await untilNothingIsLeft("adder-sums");
    expect((await bulk("delete", "adder-sums", "--yes")).code).toBe(EXIT.ok);
    expect((await bulk("list", "-o", "name")).stdout).toBe("");
  });
});

test("two hundred entries run on machines that are made for them, and every one ends once", {
  timeout: RUN_MS,
}, async () => {
  await begin("additions", ADDER, planOf("batch"), entriesOf(200));
  await untilState("additions", "FINISHED");
  const { runs, logs } = openBulk();
  expect(await runs.counts("additions")).toMatchObject({ QUEUED: 0, RUNNING: 0, DONE: 180, FAILED: 20, attempts: 210 });
  const attempts = await runs.attempts({ run: "additions", entryId: "add-22" });
  expect(attempts.rows.map(({ outcome }) => outcome)).toEqual(["requested", "done"]);
  const [last] = attempts.rows.toReversed();
  expect(last?.result).toEqual({ sum: 23 });
  expect(await logs.read(last?.log ?? "")).toContain("adding for add-22");
  await untilNothingIsLeft("additions");
  const workers = await eventually("the workers have ended", async () => {
    const all = await runs.workers("additions");
    return all.every(({ endedAt }) => endedAt !== undefined) ? all : undefined;
  });
  expect(workers.map(({ slots, spot, pricePerHour }) => [slots, spot, pricePerHour])).toEqual(
    workers.map(() => [2, true, 0.05]),
  );
  // One may have ended them all before the other began.
  expect([1, 2]).toContain(workers.length);
});

test("a program's folder goes to the workers as it is", { timeout: RUN_MS }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "cirrus-program-"));
  writeFileSync(join(folder, "write.sh"), 'echo \'{"outcome":"done","result":"written"}\' > "$CIRRUS_OUTCOME"\n');
  writeFileSync(
    join(folder, "sum.sh"),
    '#!/bin/sh\ntest "$GREETING" = hello || exit 9\nexec sh "$(dirname "$0")/write.sh"\n',
    { mode: 0o755 },
  );
  const task: BulkTask = { kind: "command", command: [join(folder, "sum.sh")] };
  const setupScript = "export GREETING=hello\n";
  await begin("program", task, planOf("batch", { maxWorkers: 1, setupScript }), entriesOf(4));
  await untilState("program", "FINISHED");
  expect(await openBulk().runs.counts("program")).toMatchObject({ DONE: 4 });
  await untilNothingIsLeft("program");
});

test("a stopped run loses its machines, and goes on where it was once it is opened again", {
  timeout: RUN_MS,
}, async () => {
  const { runs } = openBulk();
  await begin("stopped", ADDER, planOf("batch", { maxWorkers: 1 }), entriesOf(60));
  await eventually("a worker takes entries", async () => {
    await supervise("stopped");
    return (await runs.counts("stopped")).attempts > 0 ? true : undefined;
  });
  await runs.setState("stopped", ["OPEN"], "STOPPED", "enough");
  await untilNothingIsLeft("stopped");
  await runs.setState("stopped", ["STOPPED"], "OPEN");
  await untilState("stopped", "FINISHED");
  expect(await runs.counts("stopped")).toMatchObject({ QUEUED: 0, RUNNING: 0, DONE: 54, FAILED: 6 });
  await untilNothingIsLeft("stopped");
});

test("a run that is deleted leaves no machines behind", { timeout: RUN_MS }, async () => {
  const { runs } = openBulk();
  await begin("deleted", ADDER, planOf("batch"), entriesOf(20));
  await runs.remove("deleted");
  await untilNothingIsLeft("deleted");
});

test("Lambdas are the workers where that is asked for", { timeout: RUN_MS }, async () => {
  await begin("lambdas", ADDER, planOf("lambda", { maxWorkers: 4, slotsPerWorker: 1 }), entriesOf(40));
  await untilState("lambdas", "FINISHED");
  const { runs } = openBulk();
  expect(await runs.counts("lambdas")).toMatchObject({ QUEUED: 0, RUNNING: 0, DONE: 36, FAILED: 4 });
  const lambda = new LambdaClient(settings);
  await eventually("the queue is untied", async () => {
    await supervise("lambdas");
    const { EventSourceMappings = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: `${STACK}-adder` }),
    );
    return EventSourceMappings.length === 0 ? true : undefined;
  });
});
