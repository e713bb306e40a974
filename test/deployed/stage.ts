/** A deployed stage as its users meet it: the topic that payloads go to, the state table, the buckets, the queues. */
import { BatchClient, type JobStatus, ListJobsCommand } from "@aws-sdk/client-batch";
import {
  CloudFormationClient,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, SetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { lazyS3 } from "../../src/aws/clients/s3.ts";
import { makeS3ObjectStore } from "../../src/aws/object-store.ts";
import { makeDynamoStateStore } from "../../src/aws/state/state-store.ts";
import { systemClock } from "../../src/clock.ts";
import type { ObjectUrl } from "../../src/payload/object-store.ts";
import type { PayloadRecord } from "../../src/state/state-store.ts";
import { toEmulator } from "./clients.ts";
import { eventually } from "./eventually.ts";

export type Stage = Awaited<ReturnType<typeof openStage>>;

export async function openStage(endpoint: string, stack: string) {
  const settings = toEmulator(endpoint);
  const sfn = new SFNClient(settings);
  const sns = new SNSClient(settings);
  const sqs = new SQSClient(settings);
  const batch = new BatchClient(settings);
  const cloudFormation = new CloudFormationClient(settings);
  const outputs = await readOutputs(cloudFormation, stack);
  const output = (name: string): string => {
    const value = outputs.get(name);
    if (value === undefined)
      throw new Error(`The stack has no output ${name}; it has ${[...outputs.keys()].join(", ")}`);
    return value;
  };
  const table = output("CirrusStateTable");
  const state = makeDynamoStateStore({ client: new DynamoDBClient(settings), table, clock: systemClock });
  const objects = makeS3ObjectStore({ s3: lazyS3(settings) });
  const payloadUrl = (key: string): ObjectUrl => `s3://${output("CirrusPayloadBucket")}/${key}`;

  const show = async (payloadId: string): Promise<string> => JSON.stringify((await state.get([payloadId]))[0], null, 2);
  return {
    output,
    state,
    objects,
    payloadUrl,
    async publish(message: object | string): Promise<void> {
      const text = typeof message === "string" ? message : JSON.stringify(message);
      await sns.send(new PublishCommand({ TopicArn: output("CirrusQueueSnsArn"), Message: text }));
    },
    /** The payload's record once it is as wanted, with nothing left to do for its end. */
    async untilRecord(payloadId: string, is: (record: PayloadRecord) => boolean): Promise<PayloadRecord> {
      const look = async () => (await state.get([payloadId])).find((record) => record !== undefined && is(record));
      return await eventually(`${payloadId}`, look, { describe: () => show(payloadId) });
    },
    /** How many jobs of a status a queue has, which is named by its logical ID. */
    async jobsIn(logicalId: string, jobStatus: JobStatus): Promise<number> {
      const found = await cloudFormation.send(
        new DescribeStackResourceCommand({ StackName: stack, LogicalResourceId: logicalId }),
      );
      const jobQueue = found.StackResourceDetail?.PhysicalResourceId ?? "";
      const { jobSummaryList = [] } = await batch.send(new ListJobsCommand({ jobQueue, jobStatus }));
      return jobSummaryList.length;
    },
    /** How long a message of the process queue stays away between two tries. */
    async hideMessagesFor(seconds: number): Promise<void> {
      const Attributes = { VisibilityTimeout: String(seconds) };
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl: output("CirrusProcessQueueUrl"), Attributes }));
    },
    async untilQueueIsEmpty(): Promise<void> {
      const counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
      await eventually("the process queue is empty", async () => {
        const { Attributes = {} } = await sqs.send(
          new GetQueueAttributesCommand({ QueueUrl: output("CirrusProcessQueueUrl"), AttributeNames: [...counts] }),
        );
        return counts.every((count) => Attributes[count] === "0") ? true : undefined;
      });
    },
    async executionsOf(payloadId: string, workflow: string): Promise<number> {
      const stateMachineArn = `arn:aws:states:us-west-2:000000000000:stateMachine:${stack}-${workflow}`;
      const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1000 }));
      const inputs = await Promise.all(
        executions.map(({ executionArn }) => sfn.send(new DescribeExecutionCommand({ executionArn }))),
      );
      return inputs.filter(({ input = "" }) => input.includes(payloadId)).length;
    },
  };
}

async function readOutputs(client: CloudFormationClient, stack: string): Promise<ReadonlyMap<string, string>> {
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
  return new Map(
    (Stacks[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }): [string, string] => [
      OutputKey ?? "",
      OutputValue ?? "",
    ]),
  );
}
