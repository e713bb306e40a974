/** The clients of AWS's services, each made once, and its package loaded, when it is first used. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { CloudFormation } from "./services/cloudformation.ts";
import type { Lambda } from "./services/lambda.ts";
import type { Logs } from "./services/logs.ts";
import type { S3 } from "./services/s3.ts";
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

export function makeClients(options: ClientOptions = {}): Clients {
  return {
    dynamodb: once(async () => (await import("./services/dynamodb.ts")).connectDynamoDb(options)),
    s3: once(async () => (await import("./services/s3.ts")).connectS3({ timeoutMs: OBJECT_ANSWER_MS, ...options })),
    sfn: once(async () => (await import("./services/sfn.ts")).connectStepFunctions(options)),
    sqs: once(async () => (await import("./services/sqs.ts")).connectSqs(options)),
    sns: once(async () => (await import("./services/sns.ts")).connectSns(options)),
    logs: once(async () => (await import("./services/logs.ts")).connectLogs(options)),
    lambda: once(async () => (await import("./services/lambda.ts")).connectLambda(options)),
    cloudformation: once(async () => (await import("./services/cloudformation.ts")).connectCloudFormation(options)),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
