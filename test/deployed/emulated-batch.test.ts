/** AWS Batch as the emulator's wrapper adds it: what the deployed scenarios take for granted of jobs, queues and revisions. */
import {
  BatchClient,
  DescribeJobDefinitionsCommand,
  DescribeJobsCommand,
  type JobDetail,
  ListJobsCommand,
  SubmitJobCommand,
  TerminateJobCommand,
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
