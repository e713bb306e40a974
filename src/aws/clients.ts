/**
 * The clients of AWS's services, each made once, and its package loaded, when it is first used. One file a client: whoever
 * imports one has only its package to bundle.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { lazyCloudFormation } from "./clients/cloudformation.ts";
import { lazyDynamoDb } from "./clients/dynamodb.ts";
import { lazyLambda } from "./clients/lambda.ts";
import { lazyLogs } from "./clients/logs.ts";
import { lazyS3 } from "./clients/s3.ts";
import { lazyStepFunctions } from "./clients/sfn.ts";
import { lazySns } from "./clients/sns.ts";
import { lazySqs } from "./clients/sqs.ts";
import type { CloudFormation } from "./services/cloudformation.ts";
import type { Lambda } from "./services/lambda.ts";
import type { Logs } from "./services/logs.ts";
import type { S3 } from "./services/s3.ts";
import type { ClientOptions } from "./services/settings.ts";
import type { StepFunctions } from "./services/sfn.ts";
import type { Sns } from "./services/sns.ts";
import type { Sqs } from "./services/sqs.ts";

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
