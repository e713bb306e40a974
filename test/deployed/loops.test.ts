/** Loops of a deployed stage: tasks of a Git repository, driven by state machines, as Lambdas and as Batch jobs. */
import { BatchClient, DescribeJobQueuesCommand, JobStatus, ListJobsCommand } from "@aws-sdk/client-batch";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListExecutionsCommand, ListStateMachinesCommand, SFNClient, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { LoopExecution } from "../../src/loop/loop-execution.ts";
import { toEmulator } from "./clients.ts";
import { eventually } from "./eventually.ts";
import { makeLoopRepository, notebookOf } from "./loop-repository.ts";
import { enableLoops, killJob, type LoopStage, openLoopStage, pushImage } from "./loop-stage.ts";
import { copyProject } from "./project-copy.ts";

const endpoint = inject("endpoint");
const settings = toEmulator(endpoint);
const project = copyProject(endpoint);
const repository = makeLoopRepository();
const STACK = "cirrus-loops";
const MACHINE = `arn:aws:states:us-west-2:000000000000:stateMachine:${STACK}_loops`;
const DEPLOY_MS = 600_000;
const TEST_MS = 400_000;

const sfn = new SFNClient(settings);
const batch = new BatchClient(settings);

let stage: LoopStage;
let firstCommit: string;

beforeAll(async () => {
  enableLoops(project, repository.url);
  firstCommit = repository.commit(FILES);
  await pushImage(endpoint, "loops");
  const { code, stdout, stderr } = await project.serverless("deploy", "--stage", "loops");
  expect(code, `${stdout}${stderr}\nThe emulator's log: ${inject("emulatorLog")}`).toBe(0);
  stage = await openLoopStage(endpoint, STACK);
}, DEPLOY_MS);

afterAll(() => {
  project.remove();
  repository.remove();
});

const countNotebook = (version: number) =>
  notebookOf(`import os

def count(path):
    words = open(path).read().split()
    print(f"{len(words)} words in {path}")
    return {"words": len(words), "version": ${version}, "job": "AWS_BATCH_JOB_ID" in os.environ}
`);

const COUNT = ["notebook: count.ipynb", "method: count", "args: {path: words.txt}"];
const SLEEP = ["notebook: sleeps.ipynb", "method: sleeps"];

function registrationOf(codops: string, tasks: Readonly<Record<string, readonly string[]>>): string {
  const lines = Object.entries(tasks).flatMap(([name, keys]) => [`  ${name}:`, ...keys.map((key) => `    ${key}`)]);
  return [`codops: ${codops}`, "tasks:", ...lines, ""].join("\n");
}

/** On a busy machine it takes seconds until the files are checked out. */
const ZZEBU = { hangs: ["loop: metadata", ...SLEEP, "cirrus: {timeout: 6s, every: 1h}"] };

const FILES = {
  "peach.conf/debr.yaml": registrationOf("debr", {
    count: COUNT,
    fails: ["notebook: fails.ipynb", "method: fails"],
    fetch: ["loop: metadata", ...COUNT],
  }),
  "peach.conf/zzebu.yaml": registrationOf("zzebu", { count: COUNT, ...ZZEBU }),
  "count.ipynb": countNotebook(1),
  "fails.ipynb": notebookOf('def fails():\n    raise LookupError("there is nothing")\n'),
  "sleeps.ipynb": notebookOf('import time\n\ndef sleeps():\n    print("asleep", flush=True)\n    time.sleep(600)\n'),
  "words.txt": "so it goes\n",
};

const hasEnded = ({ end }: LoopExecution): boolean => end !== undefined;

async function cirrusLoop(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await project.cirrus("loop", ...args, "--stage", "loops");
  expect(code, stderr).toBe(0);
  return stdout;
}

async function runningMachines() {
  const list = new ListExecutionsCommand({ stateMachineArn: MACHINE, statusFilter: "RUNNING", maxResults: 1000 });
  return (await sfn.send(list)).executions ?? [];
}

test("P1: register-loops, called twice at once, starts every loop once", { timeout: TEST_MS }, async () => {
  const starts = await Promise.all([stage.register(), stage.register()]);
  expect(starts.flat().filter(({ action }) => action === "later")).toEqual([]);
  const loops = await eventually("every loop is driven", async () => {
    const found = await stage.store.loops();
    return found.filter(({ holder }) => holder !== undefined).length === 3 ? found : undefined;
  });
  expect(loops.map(({ loop }) => loop)).toEqual(["debr", "metadata", "zzebu"]);
  // Two calls may lie on either side of a full minute: then one of two drivers has nothing to do, and ends.
  await eventually("each has one driver", async () => {
    const names = (await runningMachines()).map(({ name }) => name?.split("-")[0]);
    return names.sort().join() === "debr,metadata,zzebu" ? true : undefined;
  });
});

test("P4: a task of an organisation's loop runs as a Batch job, in the organisation's share, from the commit", {
  timeout: TEST_MS,
}, async () => {
  const counted = await stage.untilExecution("debr/count", hasEnded);
  expect(counted.version).toMatchObject({ headCommit: firstCommit, pinned: false });
  expect(counted.end).toMatchObject({ outcome: "SUCCEEDED", result: { words: 3, version: 1, job: true } });
  const { lines } = await stage.files.log(counted.id);
  expect(lines.map(({ message }) => message).join("\n")).toContain("3 words in words.txt");
  expect(await stage.files.notebook(counted.id)).toContain("3 words in words.txt");
  const filters = [{ name: "JOB_NAME", values: [`debr-count-${counted.id}`] }];
  const { jobSummaryList = [] } = await batch.send(new ListJobsCommand({ jobQueue: `${STACK}-loops`, filters }));
  expect(jobSummaryList).toMatchObject([{ status: JobStatus.SUCCEEDED }]);
});

test("P5: tasks of the metadata loop run as Lambdas, and one that takes too long is ended", {
  timeout: TEST_MS,
}, async () => {
  const fetched = await stage.untilExecution("debr/fetch", hasEnded);
  expect(fetched.end).toMatchObject({ outcome: "SUCCEEDED", result: { words: 3, job: false } });
  const hung = await stage.untilExecution("zzebu/hangs", hasEnded);
  expect(hung.end).toMatchObject({ outcome: "TIMED_OUT", error: { name: "Timeout" } });
  const again = await stage.untilExecution("debr/fetch", ({ id, end }) => id > hung.id && end !== undefined);
  expect(again.end?.outcome).toBe("SUCCEEDED");
});

test("a failure has its error and its trace, and the loop goes on", { timeout: TEST_MS }, async () => {
  const failed = await stage.untilExecution("debr/fails", hasEnded);
  expect(failed.end).toMatchObject({
    outcome: "FAILED",
    error: { name: "LookupError", message: "there is nothing", trace: expect.stringContaining("fails.ipynb") },
  });
  await stage.untilExecution("debr/count", ({ iteration }) => iteration > failed.iteration);
});

test("a new commit is taken with the next iteration", { timeout: TEST_MS }, async () => {
  const files = { "peach.conf/zzebu.yaml": registrationOf("zzebu", { count: COUNT, sleeps: SLEEP, ...ZZEBU }) };
  const commit = repository.commit({ ...files, "count.ipynb": countNotebook(2) });
  await stage.register();
  const counted = await stage.untilExecution("debr/count", ({ version, end }) => {
    return version.headCommit === commit && end !== undefined;
  });
  expect(counted.end).toMatchObject({ outcome: "SUCCEEDED", result: { words: 3, version: 2 } });
});

test("a task that is not due runs when somebody wants it now", { timeout: TEST_MS }, async () => {
  await cirrusLoop("run-now", "zzebu/hangs", "--note", "once more");
  await stage.register();
  const wanted = await stage.untilExecution("zzebu/hangs", ({ trigger, end }) => {
    return trigger === "run-now" && end !== undefined;
  });
  expect(wanted.end?.outcome).toBe("TIMED_OUT");
});

test("what runs as a job ends when somebody cancels it", { timeout: TEST_MS }, async () => {
  const running = await stage.untilExecution("zzebu/sleeps", ({ end }) => end === undefined);
  await stage.untilLogged(running.id, "asleep");
  await cirrusLoop("cancel", "zzebu/sleeps", "--note", "it sleeps");
  const cancelled = await stage.untilExecution("zzebu/sleeps", ({ id, end }) => id === running.id && end !== undefined);
  expect(cancelled.end).toMatchObject({
    outcome: "CANCELLED",
    error: { name: "Cancelled", message: expect.stringContaining("it sleeps") },
  });
});

test("a job whose machine is lost is LOST, once, and its loop goes on with the next task", {
  timeout: TEST_MS,
}, async () => {
  const running = await stage.untilExecution("zzebu/sleeps", ({ end }) => end === undefined);
  await stage.untilLogged(running.id, "asleep");
  killJob(running.id);
  const lost = await stage.untilExecution("zzebu/sleeps", ({ id, end }) => id === running.id && end !== undefined);
  expect(lost.end).toMatchObject({ outcome: "LOST", error: { name: "Lost" } });
  await stage.untilExecution("zzebu/count", ({ id, end }) => id > running.id && end?.outcome === "SUCCEEDED");
});

test("a driver that somebody stops is replaced, and what it had begun is LOST", { timeout: TEST_MS }, async () => {
  const running = await stage.untilExecution("zzebu/sleeps", ({ end }) => end === undefined);
  await stage.untilLogged(running.id, "asleep");
  const driver = (await runningMachines()).find(({ name = "" }) => name.startsWith("zzebu-"));
  await sfn.send(new StopExecutionCommand({ executionArn: driver?.executionArn }));
  killJob(running.id);
  expect(await stage.register()).toContainEqual({ loop: "zzebu", action: "started", reason: "its driver is gone" });
  const lost = await stage.untilExecution("zzebu/sleeps", ({ id, end }) => id === running.id && end !== undefined);
  expect(lost.end?.outcome).toBe("LOST");
  await stage.untilExecution("zzebu/count", ({ id }) => id > running.id);
});

test("P31: the command line lists tasks with how they ended, and shows logs and executed notebooks", {
  timeout: TEST_MS,
}, async () => {
  const rows = JSON.parse(await cirrusLoop("list", "-o", "json"));
  expect(rows.map(({ task }: { task: string }) => task).sort()).toEqual([
    "debr/count",
    "debr/fails",
    "debr/fetch",
    "zzebu/count",
    "zzebu/hangs",
    "zzebu/sleeps",
  ]);
  expect(await cirrusLoop("logs", "debr/count")).toContain("3 words in words.txt");
  expect(await cirrusLoop("notebook", "debr/count")).toContain("3 words in words.txt");
  expect(await cirrusLoop("show", "debr/count")).toContain("SUCCEEDED");
});

test("a loop that is paused has no more turns until it is resumed", { timeout: TEST_MS }, async () => {
  await cirrusLoop("pause", "debr", "--note", "maintenance");
  const ended = await eventually("what ran has ended", async () => {
    const all = await Promise.all(["debr/count", "debr/fails"].map(stage.executionsOf));
    const found = await stage.store.loops();
    const isIdle = found.find(({ loop }) => loop === "debr")?.running === undefined;
    return isIdle && all.flat().every(hasEnded) ? all.flat().length : undefined;
  });
  await eventually("its driver has ended", async () => {
    const names = (await runningMachines()).map(({ name = "" }) => name);
    return names.some((name) => name.startsWith("debr-")) ? undefined : true;
  });
  expect(await stage.register()).toContainEqual({ loop: "debr", action: "waiting", reason: "nothing is due" });
  const still = await Promise.all(["debr/count", "debr/fails"].map(stage.executionsOf));
  expect(still.flat()).toHaveLength(ended);
  await cirrusLoop("resume", "debr");
  const [last] = await stage.executionsOf("debr/count");
  await stage.register();
  await stage.untilExecution("debr/count", ({ id, end }) => id > (last?.id ?? "") && end !== undefined);
});

test("remove takes everything away but what is known of executions", { timeout: DEPLOY_MS }, async () => {
  // The emulator gives a Lambda that ends later its log group back; on AWS its role may not make one.
  for (const { executionArn } of await runningMachines()) await sfn.send(new StopExecutionCommand({ executionArn }));
  await eventually("nothing drives loops", async () => ((await runningMachines()).length === 0 ? true : undefined));
  const { code, stdout, stderr } = await project.serverless("remove", "--stage", "loops");
  expect(code, stdout + stderr).toBe(0);
  const { Functions = [] } = await new LambdaClient(settings).send(new ListFunctionsCommand({ MaxItems: 1000 }));
  const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({ maxResults: 1000 }));
  const { jobQueues = [] } = await batch.send(new DescribeJobQueuesCommand({}));
  const { logGroups = [] } = await new CloudWatchLogsClient(settings).send(
    new DescribeLogGroupsCommand({ logGroupNamePattern: STACK }),
  );
  const names = [
    ...Functions.map(({ FunctionName }) => FunctionName),
    ...stateMachines.map(({ name }) => name),
    ...jobQueues.map(({ jobQueueName }) => jobQueueName),
    ...logGroups.map(({ logGroupName }) => logGroupName),
  ];
  expect(names.filter((name = "") => name.includes(STACK))).toEqual([]);
  const kept = await stage.store.task("debr/count");
  expect(kept?.counts.SUCCEEDED).toBeGreaterThan(2);
});
