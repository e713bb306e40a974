/** The calls of Batch, CloudFormation, Step Functions and S3 that a change of Batch resources needs. Load it when it is used. */
import {
  BatchClient,
  type JobStatus,
  paginateDescribeComputeEnvironments,
  paginateDescribeJobQueues,
  paginateListJobs,
  UpdateJobQueueCommand,
} from "@aws-sdk/client-batch";
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateDescribeStackEvents,
  paginateListStackResources,
  UpdateStackCommand,
  type UpdateStackCommandInput,
} from "@aws-sdk/client-cloudformation";
import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DescribeStateMachineForExecutionCommand, paginateListExecutions, SFNClient } from "@aws-sdk/client-sfn";
import { type ClientOptions, clientSettings, explained } from "../services/settings.ts";

export type BatchCalls = ReturnType<typeof connectBatchChanges>;

/** Step Functions allows about one description of an execution's definition a second: these calls may wait for it. */
const ATTEMPTS = 8;

export function connectBatchChanges(options: ClientOptions) {
  const settings = clientSettings({ attempts: ATTEMPTS, ...options });
  const batch = explained(new BatchClient(settings), "Batch", options);
  const stacks = explained(new CloudFormationClient(settings), "CloudFormation", options);
  const machines = explained(new SFNClient(settings), "Step Functions", options);
  const objects = () =>
    explained(new S3Client({ ...settings, forcePathStyle: options.endpoint !== undefined }), "S3", options);
  return {
    describeStack: (StackName: string) => stacks.send(new DescribeStacksCommand({ StackName })),
    getTemplate: (StackName: string) => stacks.send(new GetTemplateCommand({ StackName, TemplateStage: "Original" })),
    stackResources: (StackName: string) => paginateListStackResources({ client: stacks }, { StackName }),
    stackEvents: (StackName: string) => paginateDescribeStackEvents({ client: stacks }, { StackName }),
    updateStack: (input: UpdateStackCommandInput) => stacks.send(new UpdateStackCommand(input)),
    jobs: (jobQueue: string, jobStatus: JobStatus) => paginateListJobs({ client: batch }, { jobQueue, jobStatus }),
    computeEnvironments: (names?: string[]) =>
      paginateDescribeComputeEnvironments({ client: batch }, { computeEnvironments: names }),
    jobQueues: (names?: string[]) => paginateDescribeJobQueues({ client: batch }, { jobQueues: names }),
    updateJobQueue: (jobQueue: string, state: "ENABLED" | "DISABLED") =>
      batch.send(new UpdateJobQueueCommand({ jobQueue, state })),
    running: (stateMachineArn: string) =>
      paginateListExecutions({ client: machines, pageSize: 1000 }, { stateMachineArn, statusFilter: "RUNNING" }),
    definitionOf: (executionArn: string) =>
      machines.send(new DescribeStateMachineForExecutionCommand({ executionArn })),
    putObject: (Bucket: string, Key: string, Body: string) =>
      objects().send(new PutObjectCommand({ Bucket, Key, Body, ContentType: "application/json" })),
    deleteObject: (Bucket: string, Key: string) => objects().send(new DeleteObjectCommand({ Bucket, Key })),
  };
}
