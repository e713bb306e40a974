/**
 * The checkout deployed as it is by the ecosystem's own command, to an emulated AWS, and what becomes of payloads there.
 * The tests build upon each other: one deployment, then its change, then its removal.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { BatchPart } from "../../src/compile/batch/batch-overview.ts";
import type { PayloadRecord } from "../../src/state/state-store.ts";
import { toEmulator } from "./clients.ts";
import { eventually } from "./eventually.ts";
import { changeEnvironment } from "./function-environment.ts";
import { listenTo } from "./listening.ts";
import { idOf, payloadOf, processBy } from "./payloads.ts";
import { copyProject } from "./project-copy.ts";
import { openStage, type Stage } from "./stage.ts";

const endpoint = inject("endpoint");
const project = copyProject(endpoint);
const DEPLOY_MS = 600_000;

let stage: Stage;
let events: () => Promise<readonly string[]>;
let items: () => Promise<readonly string[]>;

beforeAll(async () => {
  const { code, stdout, stderr } = await project.serverless("deploy", "--stage", "test");
  expect(code, `${stdout}${stderr}\nThe emulator's log: ${inject("emulatorLog")}`).toBe(0);
  stage = await openStage(endpoint, "cirrus-test");
  [events, items] = await Promise.all([
    listenTo(stage.output("CirrusWorkflowEventTopicArn"), endpoint),
    listenTo(stage.output("CirrusPublishTopicArn"), endpoint),
  ]);
}, DEPLOY_MS);

afterAll(() => project.remove());

const succeeded = ({ state, effectsPending }: PayloadRecord): boolean => state === "SUCCEEDED" && !effectsPending;
const failed = ({ state, effectsPending }: PayloadRecord): boolean => state === "FAILED" && !effectsPending;

test("a payload on the topic runs its workflow of Lambdas: the item is published and everything is announced", async () => {
  await stage.publish(payloadOf("published", processBy("publish-only")));
  const record = await stage.untilRecord(idOf("published", "publish-only"), succeeded);

  expect(record).toMatchObject({ attempt: 1, outputUrl: expect.stringMatching(/^s3:\/\/.*output\.json$/) });
  const item = await stage.objects.get(`s3://${stage.output("CirrusDataBucket")}/deployed/published/published.json`);
  expect(item).toMatchObject({ outcome: "found" });
  const history = await stage.state.history(record.payloadId);
  expect(history.items.map(({ to }) => to)).toEqual(["CLAIMED", "PROCESSING", "SUCCEEDED"]);
  const said = await eventually("announcements", async () => {
    const messages = (await events()).filter((text) => text.includes("published"));
    return messages.length >= 2 && (await items()).length > 0 ? messages : undefined;
  });
  expect(said.join("\n")).toContain("SUCCEEDED");
});

test("a payload too large for a message goes by its URL", async () => {
  const url = stage.payloadUrl("sent/large.json");
  const payload = payloadOf("large", processBy("probe"));
  await stage.objects.put(url, JSON.stringify({ ...payload, padding: "x".repeat(400_000) }));
  await stage.publish({ url });
  const { outputUrl } = await stage.untilRecord(idOf("large", "probe"), succeeded);
  const output = await stage.objects.get(outputUrl as `s3://${string}/${string}`);
  expect(output.outcome === "found" && output.body.length).toBeGreaterThan(400_000);
});

test("a chain runs its next workflow with what the first one made", async () => {
  await stage.publish(payloadOf("chained", processBy("probe"), processBy("publish-only")));
  const first = await stage.untilRecord(idOf("chained", "probe"), succeeded);
  const second = await stage.untilRecord(idOf("chained", "publish-only"), succeeded);
  expect(second.lineage).toMatchObject({ depth: 1 });
  expect(first.lineage).toMatchObject({ depth: 0 });
  const published = await stage.objects.get(`s3://${stage.output("CirrusDataBucket")}/deployed/chained/chained.json`);
  expect(published.outcome === "found" && Buffer.from(published.body).toString()).toContain('"probe:ran":true');
});

test("a payload that is delivered five times runs once", async () => {
  const payload = payloadOf("delivered-often", processBy("probe"));
  await Promise.all(Array.from({ length: 5 }, () => stage.publish(payload)));
  await stage.untilQueueIsEmpty();
  const record = await stage.untilRecord(idOf("delivered-often", "probe"), succeeded);
  expect(record.attempt).toBe(1);
  expect(await stage.executionsOf(record.payloadId, "probe")).toBe(1);
});

test("a message that is no payload is kept with the reason, and holds nothing up", async () => {
  await stage.publish("certainly no payload");
  await stage.publish(payloadOf("neighbour", processBy("probe")));
  await stage.untilRecord(idOf("neighbour", "probe"), succeeded);
  await stage.untilQueueIsEmpty();
  const listed = await cirrusJson("dlq", "list", "--stage", "test");
  expect(JSON.stringify(listed)).toMatch(/certainly no payload|not-json|no JSON/i);
});

test("messages that cannot be handled go to the dead letters after five tries, and run once they are sent again", async () => {
  // Six minutes pass on AWS between two tries.
  await stage.hideMessagesFor(1);
  const restore = await changeEnvironment("cirrus-test-process", { CIRRUS_STATE_DB: "a-table-that-is-gone" }, endpoint);
  await stage.publish(payloadOf("unlucky", processBy("probe")));
  const dead = await eventually("a dead letter", async () => {
    const letters = await cirrusJson("dlq", "list", "--stage", "test");
    return JSON.stringify(letters).includes("unlucky") ? letters : undefined;
  });
  expect(dead).not.toEqual([]);
  await restore();
  await stage.hideMessagesFor(370);

  const { code, stderr } = await project.cirrus("dlq", "redrive", "--all", "process", "--stage", "test");
  expect(code, stderr).toBe(0);
  await stage.untilRecord(idOf("unlucky", "probe"), succeeded);
});

test("an unknown workflow ends its payload FAILED and says so", async () => {
  await stage.publish(payloadOf("lost", processBy("nowhere")));
  expect(await stage.untilRecord(idOf("lost", "nowhere"), failed)).toMatchObject({
    lastError: { error: "UnknownWorkflow", cause: expect.stringContaining("nowhere") },
  });
});

test("a payload that failed runs again, with the input that it had", async () => {
  const counter = stage.payloadUrl("counters/again");
  await stage.publish(payloadOf("again", processBy("probe", { tasks: { probe: { fails: { times: 1, counter } } } })));
  const id = idOf("again", "probe");
  expect(await stage.untilRecord(id, failed)).toMatchObject({
    lastError: { error: "ProbeFailure", cause: "run 1 was told to fail" },
  });
  const { code, stderr } = await project.cirrus("payload", "rerun", id, "--stage", "test");
  expect(code, stderr).toBe(0);
  expect(await stage.untilRecord(id, succeeded)).toMatchObject({ attempt: 2 });
});

test("a Batch job runs the same task, and its second attempt may succeed", async () => {
  const counter = stage.payloadUrl("counters/batch");
  const tasks = { probe: { fails: { times: 1, counter } } };
  await stage.publish(payloadOf("in-batch", processBy("probe-in-batch", { tasks })));
  const { outputUrl } = await stage.untilRecord(idOf("in-batch", "probe-in-batch"), succeeded);
  const output = await stage.objects.get(outputUrl as `s3://${string}/${string}`);
  expect(output.outcome === "found" && Buffer.from(output.body).toString()).toContain('"probe:ran":true');
  expect(await textAt(counter)).toBe("2");
});

test("a Batch job that fails leaves its own error in the payload's record", async () => {
  const counter = stage.payloadUrl("counters/hopeless");
  const tasks = { probe: { fails: { times: 9, counter } } };
  await stage.publish(payloadOf("hopeless", processBy("probe-in-batch", { tasks })));
  const record = await stage.untilRecord(idOf("hopeless", "probe-in-batch"), failed);
  expect(record.lastError).toEqual({ error: "ProbeFailure", cause: expect.stringContaining("run 2 was told to fail") });
  expect(await textAt(counter)).toBe("2");
});

test("the command line shows the stage: records, counts, logs", async () => {
  const id = idOf("in-batch", "probe-in-batch");
  expect(await cirrusJson("state", "get", id, "--stage", "test")).toMatchObject({ state: "SUCCEEDED" });
  const listed = await project.cirrus("state", "list", "--stage", "test", "--state", "failed", "-o", "name");
  expect(listed.stdout.trim().split("\n").sort()).toEqual(
    [idOf("hopeless", "probe-in-batch"), idOf("lost", "nowhere")].sort(),
  );
  const logs = await project.cirrus("logs", id, "--stage", "test");
  expect(logs.stdout).toContain("probing, run 2");
  const sent = join(project.folder, "sent.json");
  writeFileSync(sent, JSON.stringify(payloadOf("by-hand", processBy("probe"))));
  const published = await project.cirrus("payload", "publish", sent, "--stage", "test");
  expect(published.code, published.stderr).toBe(0);
  await stage.untilRecord(idOf("by-hand", "probe"), succeeded);
});

test("payloads that wait for each other run the next workflow once, with the items of all", async () => {
  const together = processBy("publish-only", { await: { group: "together", count: 3 } });
  for (const item of ["first", "second"]) await stage.publish(payloadOf(item, processBy("probe"), together));
  const id = idOf("together", "publish-only");
  const waiting = await stage.untilRecord(id, ({ state }) => state === "WAITING");
  expect((await stage.state.history(id)).items).toMatchObject([{ to: "WAITING", reason: /waits for [12] of 3/ }]);
  expect(waiting.attempt).toBe(0);

  await stage.publish(payloadOf("third", processBy("probe"), together));
  const { attempt, outputs } = await stage.untilRecord(id, succeeded);
  expect({ attempt, items: outputs.length }).toEqual({ attempt: 1, items: 3 });
  expect(await stage.executionsOf(id, "publish-only")).toBe(1);
});

test("a feeder that uses a built-in one finds payloads in the stage, and they run again", async () => {
  const wanted = { collections: "deployed", workflow: "probe", state: "SUCCEEDED", replace: true };
  const invoke = ["invoke", "--stage", "test", "--function", "again", "--data", JSON.stringify(wanted)];
  const { code, stdout, stderr } = await project.serverless(...invoke);
  expect(code, stdout + stderr).toBe(0);
  await stage.untilRecord(idOf("chained", "probe"), (record) => succeeded(record) && record.attempt === 2);
});

test("what is in each state is counted from the table's stream", async () => {
  await eventually("counts", async () => {
    const counts = await stage.state.counts({ workflow: "probe-in-batch" });
    const of = (state: string) => counts.filter((count) => count.state === state).reduce((sum, c) => sum + c.count, 0);
    return of("SUCCEEDED") === 1 && of("FAILED") === 1 && of("PROCESSING") === 0 ? true : undefined;
  });
});

test("a changed environment takes new jobs while the running one ends where it began, and is then retired", {
  timeout: DEPLOY_MS,
}, async () => {
  const go = stage.payloadUrl("signals/go");
  const waits = processBy("probe-in-batch", { tasks: { probe: { waitsFor: go } } });
  await stage.publish(payloadOf("meanwhile", waits));
  const [before] = await eventually("the job runs", async () => {
    const queues = await queuesOfProbe();
    return queues.some(({ jobs }) => jobs.RUNNING === 1) ? queues : undefined;
  });

  const definition = join(project.folder, "tasks/probe/definition.yml");
  writeFileSync(definition, readFileSync(definition, "utf8").replace("m7i.large", "m8i.large"));
  const { code, stdout, stderr } = await project.serverless("deploy", "--stage", "test");
  expect(code, stdout + stderr).toBe(0);
  const [current, former, ...more] = (await queuesOfProbe()).toSorted((a, b) => Number(a.former) - Number(b.former));
  expect(more).toEqual([]);
  expect(current).toMatchObject({ former: false, jobs: {} });
  expect(former).toMatchObject({ logicalId: before?.logicalId, former: true, jobs: { RUNNING: 1 }, retirable: false });

  expect(await cirrusJson("batch", "retire", "--stage", "test", "--yes")).toMatchObject({ retired: [] });
  await stage.publish(payloadOf("afterwards", processBy("probe-in-batch")));
  await stage.untilRecord(idOf("afterwards", "probe-in-batch"), succeeded);
  expect(await stage.jobsIn(current?.logicalId ?? "", "SUCCEEDED")).toBe(1);
  await stage.objects.put(go, "go");
  expect(await stage.untilRecord(idOf("meanwhile", "probe-in-batch"), succeeded)).toMatchObject({ attempt: 1 });

  const late = (await cirrusJson("batch", "retire", "--stage", "test", "--yes")) as { readonly retired: string[] };
  expect(late.retired).toContain(former?.logicalId);
  expect(await queuesOfProbe()).toMatchObject([{ logicalId: current?.logicalId }]);
});

test("remove takes the stack away", { timeout: DEPLOY_MS }, async () => {
  const { code, stdout, stderr } = await project.serverless("remove", "--stage", "test");
  expect(code, stdout + stderr).toBe(0);
  const cloudFormation = new CloudFormationClient(toEmulator(endpoint));
  await expect(cloudFormation.send(new DescribeStacksCommand({ StackName: "cirrus-test" }))).rejects.toThrow(
    /does not exist/,
  );
});

async function cirrusJson(...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await project.cirrus(...args, "-o", "json");
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** Of the probe's queue, the current and the former ones. */
async function queuesOfProbe(): Promise<readonly BatchPart[]> {
  const parts = (await cirrusJson("batch", "status", "--stage", "test")) as readonly BatchPart[];
  return parts.filter(({ stem, type }) => stem === "ProbeQueue" && type === "AWS::Batch::JobQueue");
}

async function textAt(url: `s3://${string}/${string}`): Promise<string> {
  const got = await stage.objects.get(url);
  return got.outcome === "found" ? Buffer.from(got.body).toString() : got.outcome;
}
