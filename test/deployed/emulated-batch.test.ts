/** AWS Batch as the emulator's wrapper adds it: what the deployed scenarios take for granted of jobs, queues and revisions. */
import {
  BatchClient,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DeleteComputeEnvironmentCommand,
  DeleteJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobsCommand,
  type JobDetail,
  ListJobsCommand,
  SubmitJobCommand,
  TerminateJobCommand,
  UpdateComputeEnvironmentCommand,
  UpdateJobQueueCommand,
} from "@aws-sdk/client-batch";
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { toEmulator } from "./clients.ts";
import { eventually } from "./eventually.ts";

const settings = toEmulator(inject("endpoint"));
const batch = new BatchClient(settings);
const cloudFormation = new CloudFormationClient(settings);
const logs = new CloudWatchLogsClient(settings);

const STACK = "emulated-batch";

function template(command: readonly string[], queues: readonly string[] = ["Queue"]): string {
  const environment = {
    Type: "AWS::Batch::ComputeEnvironment",
    Properties: { Type: "MANAGED", ComputeResources: { Type: "EC2", MaxvCpus: 4 } },
  };
  const queue = {
    Type: "AWS::Batch::JobQueue",
    Properties: { Priority: 1, ComputeEnvironmentOrder: [{ Order: 1, ComputeEnvironment: { Ref: "Environment" } }] },
  };
  const definition = {
    Type: "AWS::Batch::JobDefinition",
    Properties: {
      JobDefinitionName: "emulated",
      Type: "container",
      ResourceRetentionPolicy: { SkipDeregisterOnUpdate: true },
      Parameters: { said: "nothing" },
      ContainerProperties: { Image: "image", Command: command, Environment: [{ Name: "FROM", Value: "definition" }] },
    },
  };
  const resources = { Environment: environment, Definition: definition };
  return JSON.stringify({ Resources: { ...resources, ...Object.fromEntries(queues.map((id) => [id, queue])) } });
}

async function untilStackIs(status: string): Promise<void> {
  await eventually(`stack is ${status}`, async () => {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: STACK }));
    return Stacks[0]?.StackStatus === status ? true : undefined;
  });
}

async function physicalId(logicalId: string): Promise<string> {
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName: STACK }));
  return StackResources.find((resource) => resource.LogicalResourceId === logicalId)?.PhysicalResourceId ?? "";
}

async function submit(more: Partial<SubmitJobCommand["input"]> = {}): Promise<string> {
  const job = {
    jobName: "job",
    jobQueue: await physicalId("Queue"),
    jobDefinition: await physicalId("Definition"),
    ...more,
  };
  return (await batch.send(new SubmitJobCommand(job))).jobId ?? "";
}

async function untilJob(id: string, is: (job: JobDetail) => boolean): Promise<JobDetail> {
  return await eventually(`job ${id}`, async () => {
    const { jobs = [] } = await batch.send(new DescribeJobsCommand({ jobs: [id] }));
    return jobs.find(is);
  });
}

const ended = ({ status }: JobDetail): boolean => status === "SUCCEEDED" || status === "FAILED";

beforeAll(async () => {
  const body = template(["sh", "-c", 'echo "$0 from $FROM"; exit "$1"', "Ref::said", "0"]);
  await cloudFormation.send(new CreateStackCommand({ StackName: STACK, TemplateBody: body }));
  await untilStackIs("CREATE_COMPLETE");
});

afterAll(async () => {
  await cloudFormation.send(new DeleteStackCommand({ StackName: STACK }));
});

test("a job runs its command with parameters and environment, and its output is in the log stream that it names", async () => {
  const job = await untilJob(
    await submit({
      parameters: { said: "hello" },
      containerOverrides: { environment: [{ name: "FROM", value: "here" }] },
    }),
    ended,
  );
  expect(job).toMatchObject({ status: "SUCCEEDED", container: { exitCode: 0 } });
  const { events = [] } = await logs.send(
    new GetLogEventsCommand({ logGroupName: "/aws/batch/job", logStreamName: job.container?.logStreamName ?? "" }),
  );
  expect(events.map(({ message }) => message)).toEqual(["hello from here"]);
});

test("a job that fails is tried again as often as its strategy says, and each attempt is told", async () => {
  const command = ["sh", "-c", 'exit "$AWS_BATCH_JOB_ATTEMPT"'];
  const id = await submit({ containerOverrides: { command }, retryStrategy: { attempts: 3 } });
  const job = await untilJob(id, ended);
  expect(job.status).toBe("FAILED");
  expect(job.attempts?.map(({ container }) => container?.exitCode)).toEqual([1, 2, 3]);
});

test("a job that is terminated ends, with the reason that was given, and is not tried again", async () => {
  const id = await submit({ containerOverrides: { command: ["sleep", "60"] }, retryStrategy: { attempts: 3 } });
  await untilJob(id, ({ status }) => status === "RUNNING");
  const { jobSummaryList = [] } = await batch.send(new ListJobsCommand({ jobQueue: await physicalId("Queue") }));
  expect(jobSummaryList.map(({ jobId }) => jobId)).toEqual([id]);
  await batch.send(new TerminateJobCommand({ jobId: id, reason: "enough" }));
  expect(await untilJob(id, ended)).toMatchObject({ status: "FAILED", statusReason: "enough" });
});

test("an update leaves the former revision of a definition registered, and takes a removed queue's jobs with it", async () => {
  const former = await physicalId("Definition");
  const running = await submit({ containerOverrides: { command: ["sleep", "60"] } });
  await untilJob(running, ({ status }) => status === "RUNNING");
  const changed = template(["true"], ["Other"]);
  await cloudFormation.send(new UpdateStackCommand({ StackName: STACK, TemplateBody: changed }));
  await untilStackIs("UPDATE_COMPLETE");

  expect(await physicalId("Definition")).not.toBe(former);
  const { jobDefinitions = [] } = await batch.send(
    new DescribeJobDefinitionsCommand({ jobDefinitionName: "emulated", status: "ACTIVE" }),
  );
  expect(jobDefinitions).toHaveLength(2);
  expect(await untilJob(running, ended)).toMatchObject({ status: "FAILED", statusReason: "Job Queue was deleted" });
});

test("an array's children are jobs with an index each, told of and ended with their parent", async () => {
  const command = ["sh", "-c", 'exit "$AWS_BATCH_JOB_ARRAY_INDEX"'];
  const jobQueue = await physicalId("Other");
  const id = await submit({ jobQueue, containerOverrides: { command }, arrayProperties: { size: 3 } });
  const { arrayProperties } = await untilJob(id, ended);
  expect(arrayProperties).toEqual({ size: 3, statusSummary: { SUCCEEDED: 1, FAILED: 2 } });
  const sleep = { containerOverrides: { command: ["sleep", "60"] }, arrayProperties: { size: 2 } };
  const sleeping = await submit({ jobQueue, ...sleep });
  await untilJob(sleeping, (job) => job.arrayProperties?.statusSummary?.RUNNING === 2);
  await batch.send(new TerminateJobCommand({ jobId: sleeping, reason: "enough" }));
  expect((await untilJob(sleeping, ended)).arrayProperties?.statusSummary).toEqual({ FAILED: 2 });
});

test("an environment is VALID after a while, and is deleted once it is disabled and no queue needs it", async () => {
  const computeEnvironment = "made-by-hand";
  await batch.send(
    new CreateComputeEnvironmentCommand({ computeEnvironmentName: computeEnvironment, type: "MANAGED" }),
  );
  const queue = {
    jobQueueName: "by-hand",
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment }],
  };
  await expect(batch.send(new CreateJobQueueCommand(queue))).rejects.toThrow("not a valid compute environment");
  await eventually("it is VALID", async () => {
    const { computeEnvironments = [] } = await batch.send(
      new DescribeComputeEnvironmentsCommand({ computeEnvironments: [computeEnvironment] }),
    );
    return computeEnvironments[0]?.status === "VALID" ? true : undefined;
  });
  await batch.send(new CreateJobQueueCommand(queue));
  const remove = () => batch.send(new DeleteComputeEnvironmentCommand({ computeEnvironment }));
  await expect(remove()).rejects.toThrow("not DISABLED");
  await batch.send(new UpdateComputeEnvironmentCommand({ computeEnvironment, state: "DISABLED" }));
  await expect(remove()).rejects.toThrow("JobQueue relationship");
  await batch.send(new UpdateJobQueueCommand({ jobQueue: "by-hand", state: "DISABLED" }));
  await batch.send(new DeleteJobQueueCommand({ jobQueue: "by-hand" }));
  await remove();
});
