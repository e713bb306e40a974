/** The clients of AWS's services, each made once, and its package loaded, when it is first used. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { once } from "../once.ts";
import type { BatchPools } from "./services/batch-pools.ts";
import type { CloudFormation } from "./services/cloudformation.ts";
import type { EventSourceMappings } from "./services/event-source-mappings.ts";
import type { Lambda } from "./services/lambda.ts";
import type { LaunchTemplates } from "./services/launch-templates.ts";
import type { Logs } from "./services/logs.ts";
import type { S3 } from "./services/s3.ts";
import type { Secrets } from "./services/secrets.ts";
import type { ClientOptions } from "./services/settings.ts";
import type { StepFunctions } from "./services/sfn.ts";
import type { Sns } from "./services/sns.ts";
import type { Sqs } from "./services/sqs.ts";

export type { ClientOptions } from "./services/settings.ts";

export interface Clients {
  dynamodb(): Promise<DynamoDBClient>;
  s3(): Promise<S3>;
  sfn(): Promise<StepFunctions>;
  sqs(): Promise<Sqs>;
  sns(): Promise<Sns>;
  logs(): Promise<Logs>;
  lambda(): Promise<Lambda>;
  cloudformation(): Promise<CloudFormation>;
}

/** Assets and their parts take longer than the small answers of the other services. */
const OBJECT_ANSWER_MS = 60_000;

/** SQS itself waits up to 20 seconds for a message before it answers. */
const POLL_ANSWER_MS = 30_000;

// One function a client: a bundle holds only the packages of those that it calls.

export function lazyDynamoDb(options: ClientOptions): Clients["dynamodb"] {
  return once(async () => (await import("./services/dynamodb.ts")).connectDynamoDb(options));
}

export function lazyS3(options: ClientOptions): Clients["s3"] {
  return once(async () => (await import("./services/s3.ts")).connectS3({ timeoutMs: OBJECT_ANSWER_MS, ...options }));
}

export function lazyStepFunctions(options: ClientOptions): Clients["sfn"] {
  return once(async () => (await import("./services/sfn.ts")).connectStepFunctions(options));
}

export function lazySecrets(options: ClientOptions): () => Promise<Secrets> {
  return once(async () => (await import("./services/secrets.ts")).connectSecrets(options));
}

export function lazySqs(options: ClientOptions): Clients["sqs"] {
  return once(async () => (await import("./services/sqs.ts")).connectSqs({ timeoutMs: POLL_ANSWER_MS, ...options }));
}

export function lazySns(options: ClientOptions): Clients["sns"] {
  return once(async () => (await import("./services/sns.ts")).connectSns(options));
}

export function lazyLogs(options: ClientOptions): Clients["logs"] {
  return once(async () => (await import("./services/logs.ts")).connectLogs(options));
}

export function lazyLambda(options: ClientOptions): Clients["lambda"] {
  return once(async () => (await import("./services/lambda.ts")).connectLambda(options));
}

export function lazyCloudFormation(options: ClientOptions): Clients["cloudformation"] {
  return once(async () => (await import("./services/cloudformation.ts")).connectCloudFormation(options));
}

export function lazyBatchPools(options: ClientOptions): () => Promise<BatchPools> {
  return once(async () => (await import("./services/batch-pools.ts")).connectBatchPools(options));
}

export function lazyLaunchTemplates(options: ClientOptions): () => Promise<LaunchTemplates> {
  return once(async () => (await import("./services/launch-templates.ts")).connectLaunchTemplates(options));
}

export function lazyEventSourceMappings(options: ClientOptions): () => Promise<EventSourceMappings> {
  return once(async () => (await import("./services/event-source-mappings.ts")).connectEventSourceMappings(options));
}

/** All of them, for the command line. */
export function makeClients(options: ClientOptions = {}): Clients {
  return {
    dynamodb: lazyDynamoDb(options),
    s3: lazyS3(options),
    sfn: lazyStepFunctions(options),
    sqs: lazySqs(options),
    sns: lazySns(options),
    logs: lazyLogs(options),
    lambda: lazyLambda(options),
    cloudformation: lazyCloudFormation(options),
  };
}
