/** A worker as a deployed Lambda: what its queue delivers meets the ports that its environment names. */
import { randomUUID } from "node:crypto";
import type { SQSEvent } from "aws-lambda";
import { makeAwsBulk } from "../../aws/bulk/bulk.ts";
import { lazyDynamoDb } from "../../aws/clients/dynamodb.ts";
import { lazyS3 } from "../../aws/clients/s3.ts";
import { lazySqs } from "../../aws/clients/sqs.ts";
import { systemClock } from "../../clock.ts";
import { readEnvironment, requireVariable } from "../../env.ts";
import type { BulkWorker } from "./define-worker.ts";
import { type BulkLambdaContext, type BulkLambdaPorts, makeBulkLambda } from "./lambda.ts";

export function makeDelivery(worker: BulkWorker): (event: unknown, context: unknown) => Promise<unknown> {
  const handle = makeBulkLambda(worker, bulkLambdaPorts());
  // Lambda hands over what its types say.
  return (event, context) => handle(event as SQSEvent, context as BulkLambdaContext);
}

function bulkLambdaPorts(): BulkLambdaPorts {
  const environment = readEnvironment();
  const options = { endpoint: environment.AWS_ENDPOINT_URL };
  const { runs, queue, queueUrl } = makeAwsBulk(
    { dynamodb: lazyDynamoDb(options), sqs: lazySqs(options), s3: lazyS3(options) },
    {
      table: requireVariable(environment, "CIRRUS_BULK_TABLE"),
      payloadBucket: requireVariable(environment, "CIRRUS_PAYLOAD_BUCKET"),
      payloadPrefix: environment.CIRRUS_PAYLOAD_ROOT_PREFIX ?? "cirrus",
    },
    systemClock,
  );
  return {
    runs,
    queue,
    queueUrl,
    clock: systemClock,
    // `2030/01/01/[$LATEST]58419525dade4d17a495dceeeed44708`: its last part is made up for the container.
    container: environment.AWS_LAMBDA_LOG_STREAM_NAME?.split("]").at(-1) ?? randomUUID(),
    memoryBytes: Number(environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? 128) * 1024 ** 2,
  };
}
