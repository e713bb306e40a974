/** The calls of Batch that make, use and remove what the workers of a bulk run run in. */
import {
  BatchClient,
  CreateComputeEnvironmentCommand,
  type CreateComputeEnvironmentCommandInput,
  CreateJobQueueCommand,
  type CreateJobQueueCommandInput,
  DeleteComputeEnvironmentCommand,
  DeleteJobQueueCommand,
  DeregisterJobDefinitionCommand,
  DescribeComputeEnvironmentsCommand,
  type DescribeComputeEnvironmentsCommandInput,
  DescribeJobDefinitionsCommand,
  type DescribeJobDefinitionsCommandInput,
  DescribeJobQueuesCommand,
  type DescribeJobQueuesCommandInput,
  DescribeJobsCommand,
  type DescribeJobsCommandInput,
  ListJobsCommand,
  type ListJobsCommandInput,
  RegisterJobDefinitionCommand,
  type RegisterJobDefinitionCommandInput,
  SubmitJobCommand,
  type SubmitJobCommandInput,
  TerminateJobCommand,
  type TerminateJobCommandInput,
  UpdateComputeEnvironmentCommand,
  UpdateJobQueueCommand,
} from "@aws-sdk/client-batch";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export type BatchPools = ReturnType<typeof connectBatchPools>;

/** Whether it takes new jobs. */
export type BatchState = "ENABLED" | "DISABLED";

export function connectBatchPools(options: ClientOptions) {
  const client = explained(new BatchClient(clientSettings(options)), "Batch", options);
  return {
    createComputeEnvironment: (input: CreateComputeEnvironmentCommandInput) =>
      client.send(new CreateComputeEnvironmentCommand(input)),
    describeComputeEnvironments: (input: DescribeComputeEnvironmentsCommandInput) =>
      client.send(new DescribeComputeEnvironmentsCommand(input)),
    setComputeEnvironmentState: (computeEnvironment: string, state: BatchState) =>
      client.send(new UpdateComputeEnvironmentCommand({ computeEnvironment, state })),
    setMostCpus: (computeEnvironment: string, maxvCpus: number) =>
      client.send(new UpdateComputeEnvironmentCommand({ computeEnvironment, computeResources: { maxvCpus } })),
    deleteComputeEnvironment: (computeEnvironment: string) =>
      client.send(new DeleteComputeEnvironmentCommand({ computeEnvironment })),
    createJobQueue: (input: CreateJobQueueCommandInput) => client.send(new CreateJobQueueCommand(input)),
    describeJobQueues: (input: DescribeJobQueuesCommandInput) => client.send(new DescribeJobQueuesCommand(input)),
    setJobQueueState: (jobQueue: string, state: BatchState) =>
      client.send(new UpdateJobQueueCommand({ jobQueue, state })),
    deleteJobQueue: (jobQueue: string) => client.send(new DeleteJobQueueCommand({ jobQueue })),
    registerJobDefinition: (input: RegisterJobDefinitionCommandInput) =>
      client.send(new RegisterJobDefinitionCommand(input)),
    describeJobDefinitions: (input: DescribeJobDefinitionsCommandInput) =>
      client.send(new DescribeJobDefinitionsCommand(input)),
    deregisterJobDefinition: (jobDefinition: string) =>
      client.send(new DeregisterJobDefinitionCommand({ jobDefinition })),
    submitJob: (input: SubmitJobCommandInput) => client.send(new SubmitJobCommand(input)),
    listJobs: (input: ListJobsCommandInput) => client.send(new ListJobsCommand(input)),
    describeJobs: (input: DescribeJobsCommandInput) => client.send(new DescribeJobsCommand(input)),
    terminateJob: (input: TerminateJobCommandInput) => client.send(new TerminateJobCommand(input)),
  };
}
