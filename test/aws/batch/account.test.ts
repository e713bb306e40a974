import { describe, expect, test } from "vitest";
import { openBatchAccount } from "../../../src/aws/batch/account.ts";
import { AccessDenied } from "../../../src/aws/failures.ts";
import { reviseBatch } from "../../../src/compile/batch/batch-revisions.ts";
import { batchTemplate } from "../../compile/batch-template.ts";
import { type FakeStage, physicalIdOf, STACK, startFakeStage } from "./fake-stage.ts";

const MINUTE = 60_000;
const plain = batchTemplate();
const queue = physicalIdOf("AWS::Batch::JobQueue", "WarpQueue");
const definition = (revision: number) =>
  `arn:aws:batch:us-west-2:123456789012:job-definition/${STACK}-WarpJob:${revision}`;

async function start(template = plain) {
  const stage = await startFakeStage(template);
  const account = await openBatchAccount({
    region: "us-west-2",
    endpoint: stage.endpoint,
    credentials: async () => ({ accessKeyId: "test", secretAccessKey: "test" }),
  });
  return { stage, account };
}

/** Reads the stack as the deployment does, and what uses it. */
async function usesOf(account: Awaited<ReturnType<typeof start>>["account"]) {
  const stack = await account.readDeployedStack(STACK);
  return account.readUses(stack?.resources ?? []);
}

const described = (stage: FakeStage) =>
  stage.calls.filter((call) => call === "states:DescribeStateMachineForExecution").length;

describe("a deployed stack", () => {
  test("is read with its template as it was sent and every page of its resources", async () => {
    const template = reviseBatch(plain);
    const { account } = await start(template);
    const stack = await account.readDeployedStack(STACK);
    expect(stack).toMatchObject({
      account: "123456789012",
      region: "us-west-2",
      capabilities: ["CAPABILITY_NAMED_IAM"],
      template,
    });
    expect(stack?.resources).toHaveLength(Object.keys(template.Resources ?? {}).length);
  });

  test("that is not there is undefined, and other refusals are thrown", async () => {
    const { stage, account } = await start();
    stage.refusals.set("cloudformation:DescribeStacks", { code: "Stack with id demo-dev does not exist", times: 1 });
    expect(await account.readDeployedStack(STACK)).toBeUndefined();
    stage.refusals.set("cloudformation:GetTemplate", { code: "AccessDenied", times: 1 });
    await expect(account.readDeployedStack(STACK)).rejects.toBeInstanceOf(AccessDenied);
  });
});

describe("the uses of queues and job definitions", () => {
  test("are the jobs of every status that has not ended, from every page", async () => {
    const { stage, account } = await start();
    stage.jobs.set(`${STACK}-WarpQueue`, [
      ...["RUNNING", "RUNNING", "RUNNING", "RUNNABLE", "PENDING"].map((status) => ({
        status,
        definition: definition(1),
      })),
      { status: "SUCCEEDED", definition: definition(1) },
    ]);
    const { of, uncertain } = await usesOf(account);
    expect(of.get("WarpQueue")).toEqual({ jobs: { RUNNING: 3, RUNNABLE: 1, PENDING: 1 }, executions: 0 });
    expect(of.get("WarpJob")?.jobs).toEqual({ RUNNING: 3, RUNNABLE: 1, PENDING: 1 });
    expect(of.get("SharedQueue")).toEqual({ jobs: {}, executions: 0 });
    expect(uncertain).toEqual([]);
  });

  test("are found although Batch throttles the reader", async () => {
    const { stage, account } = await start();
    stage.jobs.set(`${STACK}-WarpQueue`, [{ status: "RUNNING", definition: definition(1) }]);
    stage.refusals.set("batch:/v1/listjobs", { code: "TooManyRequestsException", times: 2 });
    expect((await usesOf(account)).of.get("WarpQueue")?.jobs).toEqual({ RUNNING: 1 });
  });

  test("are the running executions whose own definition names them; one description stands for all that started with it", async () => {
    const { stage, account } = await start();
    const old = { definition: JSON.stringify({ JobQueue: queue, JobDefinition: definition(2) }), updatedAt: 0 };
    const now = { definition: JSON.stringify({ JobQueue: `${queue}-2` }), updatedAt: 100 * MINUTE };
    stage.updatedAt = 100 * MINUTE;
    // The latest first, as Step Functions lists them.
    stage.executions.set("WarpMachine", [
      ...Array.from({ length: 5 }, (_, index) => ({ name: `new-${index}`, startedAt: (110 - index) * MINUTE, ...now })),
      ...Array.from({ length: 4 }, (_, index) => ({ name: `old-${index}`, startedAt: (90 - index) * MINUTE, ...old })),
    ]);
    const { of } = await usesOf(account);
    expect(of.get("WarpQueue")?.executions).toBe(4);
    expect(of.get("WarpJob")?.executions).toBe(4);
    expect(described(stage)).toBe(2);
  });

  test("are looked at one by one around an update, where an execution may still have the definition before it", async () => {
    const { stage, account } = await start();
    const old = { definition: JSON.stringify({ JobQueue: queue }), updatedAt: 0 };
    const now = { definition: "{}", updatedAt: 100 * MINUTE };
    stage.updatedAt = 100 * MINUTE;
    stage.executions.set("WarpMachine", [
      { name: "late", startedAt: 100 * MINUTE + 5_000, ...old },
      { name: "new-too", startedAt: 100 * MINUTE + 1_000, ...now },
    ]);
    expect((await usesOf(account)).of.get("WarpQueue")?.executions).toBe(1);
    expect(described(stage)).toBe(2);
  });

  test("are told to be uncertain where there are more than are worth reading", async () => {
    const { stage, account } = await start();
    stage.jobs.set(
      `${STACK}-WarpQueue`,
      Array.from({ length: 50 }, () => ({ status: "RUNNABLE", definition: definition(1) })),
    );
    stage.executions.set(
      "WarpMachine",
      Array.from({ length: 120 }, (_, index) => ({
        name: `e${index}`,
        startedAt: 1000,
        definition: "{}",
        updatedAt: 1000,
      })),
    );
    const { of, uncertain } = await usesOf(account);
    expect(of.get("WarpQueue")?.jobs.RUNNABLE).toBe(40);
    expect(uncertain).toHaveLength(3);
  });
});

test("the account's environments and queues are counted over all pages", async () => {
  const { stage, account } = await start();
  stage.others = { environments: 43, queues: 21 };
  expect(await account.readQuotaUse()).toEqual({ environments: 45, queues: 23 });
});
