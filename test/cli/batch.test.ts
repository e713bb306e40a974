import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openBatchAccount } from "../../src/aws/batch/account.ts";
import { retire } from "../../src/cli/batch/retire.ts";
import { planRetirement } from "../../src/cli/batch/retirement.ts";
import { reviseBatch, type Template } from "../../src/compile/batch/batch-revisions.ts";
import { formerOf, keepFormerBatch } from "../../src/compile/batch/former-batch.ts";
import { EXIT } from "../../src/errors.ts";
import { type FakeStage, STACK, startFakeStage } from "../aws/batch/fake-stage.ts";
import { batchTemplate } from "../compile/batch-template.ts";
import { makeVirtualClock } from "../virtual-clock.ts";
import { cirrus } from "./cirrus.ts";
import { temporaryProject } from "./temporary-project.ts";

const first = reviseBatch(batchTemplate());
const second = keepFormerBatch(reviseBatch(batchTemplate({ volume: 800 })), first, new Set()).template;
const former = formerOf(second).map(({ logicalId }) => logicalId);
const queue = former.find((id) => id.startsWith("WarpQueue")) ?? "";
const environment = former.find((id) => id.startsWith("WarpEnvironment")) ?? "";
const running = [{ status: "RUNNING", definition: `arn:aws:batch:us-west-2:1:job-definition/${STACK}-WarpJob:1` }];

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});
afterEach(() => void vi.unstubAllEnvs());

async function start(template: Template = second) {
  const stage = await startFakeStage(template);
  const cwd = temporaryProject({ "cirrus.yml": "service: demo\nprovider:\n  region: us-west-2\n" });
  const call = (...args: string[]) => cirrus(["batch", ...args, "--endpoint-url", stage.endpoint], { cwd });
  return { stage, call };
}

const resourcesOf = ({ template }: FakeStage) => Object.keys(template.Resources ?? {});
const changes = ({ calls }: FakeStage) => calls.filter((call) => /Update|updatejobqueue|s3:/.test(call));

describe("cirrus batch status", () => {
  test("lists what is current and former, with what uses it and whether it can go", async () => {
    const { stage, call } = await start();
    stage.jobs.set(`${STACK}-${queue}`, running);
    const { code, stdout } = await call("status");
    expect(code).toBe(EXIT.ok);
    const lines = stdout.split("\n").filter((line) => line.includes("former"));
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^WarpQueue +[0-9a-f]{8} +former +JobQueue +– +1 RUNNING +0 +no: 1 job not ended/);
    expect(stdout).toMatch(/SharedQueue +[0-9a-f]{8} +current +JobQueue +– +– +0 +–/);
    expect(changes(stage)).toEqual([]);
  });

  test("prints the same as JSON", async () => {
    const { call } = await start();
    const rows = JSON.parse((await call("status", "-o", "json")).stdout);
    expect(rows).toContainEqual({
      logicalId: queue,
      stem: "WarpQueue",
      revision: queue.slice("WarpQueue".length),
      type: "AWS::Batch::JobQueue",
      former: true,
      queues: [],
      jobs: {},
      executions: 0,
      retirable: true,
      reason: "nothing uses it",
    });
  });

  test("says which stack is not there", async () => {
    const { stage, call } = await start();
    stage.refusals.set("cloudformation:DescribeStacks", { code: "Stack with id demo-test does not exist", times: 1 });
    const { code, stderr } = await call("status", "--stage", "test");
    expect(code).toBe(EXIT.notFound);
    expect(stderr).toContain("There is no stack demo-test in us-west-2.");
  });
});

test("a deployment that was given a name stands for its stage, region and profile", async () => {
  const { stage, call } = await start();
  const cwd = temporaryProject({
    "cirrus.yml": "service: other\n",
    ".cirrus/deployments/dev.json": JSON.stringify({ stage: "dev", stack: STACK, region: "us-west-2" }),
  });
  const args = ["batch", "status", "--deployment", "dev", "-o", "name", "--endpoint-url", stage.endpoint];
  const named = await cirrus(args, { cwd });
  expect(named.code).toBe(EXIT.ok);
  expect(named.stdout).toBe((await call("status", "-o", "name")).stdout);
});

describe("cirrus batch retire", () => {
  test("closes the queues, removes what nothing uses with what stood there for it, and waits for the end", async () => {
    const { stage, call } = await start();
    stage.updateStates = ["UPDATE_COMPLETE"];
    const { code, stderr } = await call("retire", "--yes");
    expect(code).toBe(EXIT.ok);
    expect(stderr).toMatch(/account +123456789012\n.*region +us-west-2\n.*stage +dev\n.*stack +demo-dev\n/);
    expect(resourcesOf(stage)).toEqual(Object.keys(reviseBatch(batchTemplate({ volume: 800 })).Resources ?? {}));
    expect(stage.queueStates.get(`${STACK}-${queue}`)).toBe("DISABLED");
    expect(changes(stage)).toEqual(["batch:/v1/updatejobqueue", "cloudformation:UpdateStack"]);
    expect((await call("status", "-o", "name")).stdout).not.toContain(queue);
  });

  test("only shows what it would do with --dry-run", async () => {
    const { stage, call } = await start();
    const { code, stdout } = await call("retire", "--dry-run", "-o", "json");
    expect(code).toBe(EXIT.ok);
    expect(JSON.parse(stdout)).toEqual({ retired: [], wouldRetire: [queue, environment] });
    expect(changes(stage)).toEqual([]);
  });

  test("never asks where nobody can answer", async () => {
    const { stage, call } = await start();
    const { code, stderr } = await call("retire");
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain("Add --yes.");
    expect(changes(stage)).toEqual([]);
  });

  test.each([queue, environment, "WarpQueue"])("refuses %s while a job runs in it, with the reason", async (name) => {
    const { stage, call } = await start();
    stage.jobs.set(`${STACK}-${queue}`, running);
    const { code, stderr } = await call("retire", name, "--yes");
    expect(code).toBe(EXIT.conflict);
    expect(stderr).toContain(`${queue}: 1 job not ended`);
    expect(changes(stage)).toEqual([]);
  });

  test("refuses what is current, and what is not there with the nearest name", async () => {
    const { call } = await start();
    expect(await call("retire", "SharedQueue", "--yes")).toMatchObject({ code: EXIT.conflict });
    const { code, stderr } = await call("retire", queue.slice(0, -1), "--yes");
    expect(code).toBe(EXIT.notFound);
    expect(stderr).toContain(`Did you mean ${queue}?`);
  });

  test("has nothing to do where nothing is left over, and says so", async () => {
    const { stage, call } = await start(first);
    const { code, stderr } = await call("retire", "--yes");
    expect(code).toBe(EXIT.ok);
    expect(stderr).toContain("Nothing former is there that nothing uses");
    expect(changes(stage)).toEqual([]);
  });

  test("leaves a stack that is being changed alone", async () => {
    const { stage, call } = await start();
    stage.status = "UPDATE_IN_PROGRESS";
    const { code, stderr } = await call("retire", "--yes");
    expect(code).toBe(EXIT.conflict);
    expect(stderr).toContain("The stack demo-dev is UPDATE_IN_PROGRESS");
  });

  test("opens the queue again where a job slips in before it is closed", async () => {
    const { stage, call } = await start();
    stage.onDisable = () => void stage.jobs.set(`${STACK}-${queue}`, running);
    const { code, stderr } = await call("retire", "--yes");
    expect(code).toBe(EXIT.conflict);
    expect(stderr).toContain("came into use meanwhile");
    expect(stage.queueStates.get(`${STACK}-${queue}`)).toBe("ENABLED");
    expect(resourcesOf(stage)).toContain(queue);
    expect(stage.calls).not.toContain("cloudformation:UpdateStack");
  });

  test("names what CloudFormation could not delete, as it is no longer part of the stack", async () => {
    const { stage, call } = await start();
    stage.updateStates = ["UPDATE_COMPLETE"];
    stage.undeletable.push(environment);
    const { code, stderr } = await call("retire", "--yes");
    expect(code).toBe(EXIT.partial);
    expect(stderr).toContain(`${environment} could not be deleted: in use. Delete it in AWS: arn:${environment}`);
  });
});

describe("retiring", () => {
  async function prepared(stage: FakeStage, stopAt?: string) {
    const account = await openBatchAccount({ region: "us-west-2", endpoint: stage.endpoint });
    const stack = await account.readDeployedStack(STACK);
    if (stack === undefined) throw new Error("The stage is deployed");
    const said: string[] = [];
    const plan = planRetirement(stack, await account.readUses(stack.resources), []);
    const controller = new AbortController();
    const say = (line: string) => {
      said.push(line);
      if (line === stopAt) controller.abort("SIGINT");
    };
    const retiring = { account, clock: makeVirtualClock(), signal: controller.signal, say };
    return { run: () => retire(stack, plan, retiring), said, controller };
  }

  test("follows the update through its states", async () => {
    const { stage } = await start();
    const { run, said } = await prepared(stage);
    expect(await run()).toEqual({ retired: [queue, environment], spared: [], leftBehind: [] });
    expect(said).toEqual([
      `Closing ${queue} to new jobs`,
      "demo-dev UPDATE_IN_PROGRESS",
      "demo-dev UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
      "demo-dev UPDATE_COMPLETE",
    ]);
  });

  test("looks at jobs only once Batch holds the queue closed", async () => {
    const { stage } = await start();
    const { run } = await prepared(stage);
    stage.updatingQueues = 2;
    await run();
    const { calls } = stage;
    const closing = calls.slice(calls.indexOf("batch:/v1/updatejobqueue"), calls.lastIndexOf("batch:/v1/listjobs"));
    expect(closing.filter((call) => call === "batch:/v1/describejobqueues")).toHaveLength(3);
    expect(closing.indexOf("batch:/v1/listjobs")).toBeGreaterThan(closing.lastIndexOf("batch:/v1/describejobqueues"));
  });

  test("opens the queues again where the update is rolled back", async () => {
    const { stage } = await start();
    stage.updateStates = ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"];
    const { run } = await prepared(stage);
    await expect(run()).rejects.toThrow("ended with UPDATE_ROLLBACK_COMPLETE");
    expect(stage.queueStates.get(`${STACK}-${queue}`)).toBe("ENABLED");
    expect(resourcesOf(stage)).toContain(queue);
  });

  test("opens the queues again where it is interrupted before the update", async () => {
    const { stage } = await start();
    const { run, controller } = await prepared(stage);
    stage.onDisable = () => controller.abort("SIGINT");
    await expect(run()).rejects.toBe("SIGINT");
    expect(stage.queueStates.get(`${STACK}-${queue}`)).toBe("ENABLED");
    expect(stage.calls).not.toContain("cloudformation:UpdateStack");
  });

  test("keeps the queues closed where it is interrupted after it: CloudFormation goes on", async () => {
    const { stage } = await start();
    const { run, said } = await prepared(stage, "demo-dev UPDATE_IN_PROGRESS");
    await expect(run()).rejects.toBe("SIGINT");
    expect(said.at(-1)).toContain("CloudFormation goes on");
    expect(stage.queueStates.get(`${STACK}-${queue}`)).toBe("DISABLED");
  });

  test("opens the queues again where CloudFormation refuses the update", async () => {
    const { stage } = await start();
    stage.refusals.set("cloudformation:UpdateStack", { code: "ValidationError", times: 9 });
    const { run } = await prepared(stage);
    await expect(run()).rejects.toThrow("ValidationError");
    expect(stage.queueStates.get(`${STACK}-${queue}`)).toBe("ENABLED");
  });

  test("a long template goes by the deployment bucket, and nothing of it stays there", async () => {
    const long = { ...second, Description: "x".repeat(60_000) };
    const { stage } = await start(long);
    stage.outputs.ServerlessDeploymentBucketName = "deployments";
    const { run } = await prepared(stage);
    await run();
    expect(stage.template.Description).toBe(long.Description);
    expect(resourcesOf(stage)).not.toContain(queue);
    expect(changes(stage)).toEqual(["batch:/v1/updatejobqueue", "s3:PUT", "cloudformation:UpdateStack", "s3:DELETE"]);
    expect(stage.objects.size).toBe(0);
  });
});
