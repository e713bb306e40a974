/** What supervise works with, on AWS: the store of bulk runs, and pools that stand on the deployed stack. */
import { makeAwsBulk } from "../../aws/bulk/bulk.ts";
import { lazyBatchPools } from "../../aws/clients/batch-pools.ts";
import { lazyDynamoDb } from "../../aws/clients/dynamodb.ts";
import { lazyEventSourceMappings } from "../../aws/clients/event-source-mappings.ts";
import { lazyLaunchTemplates } from "../../aws/clients/launch-templates.ts";
import { lazyS3 } from "../../aws/clients/s3.ts";
import { lazySqs } from "../../aws/clients/sqs.ts";
import { makeBatchPool } from "../../aws/pool/batch-pool.ts";
import { makeLambdaPool } from "../../aws/pool/lambda-pool.ts";
import type { PoolSettings } from "../../aws/pool/pool-settings.ts";
import type { ClientOptions } from "../../aws/services/settings.ts";
import { systemClock } from "../../clock.ts";
import { type Environment, readEnvironment, requireVariable, type Variable } from "../../env.ts";
import type { Log } from "../../log.ts";
import type { SupervisePorts } from "./supervise.ts";

/** A call that is never answered must not take the whole minute. */
const ANSWER_MS = 10_000;

export async function supervisePorts(
  _log: Log,
  environment: Environment = readEnvironment(),
  options: ClientOptions = { endpoint: environment.AWS_ENDPOINT_URL, timeoutMs: ANSWER_MS },
): Promise<SupervisePorts> {
  const need = (name: Variable): string => requireVariable(environment, name);
  const sqs = lazySqs(options);
  const bulk = makeAwsBulk(
    { dynamodb: lazyDynamoDb(options), sqs, s3: lazyS3(options) },
    {
      table: need("CIRRUS_BULK_TABLE"),
      payloadBucket: need("CIRRUS_PAYLOAD_BUCKET"),
      payloadPrefix: environment.CIRRUS_PAYLOAD_ROOT_PREFIX ?? "cirrus",
    },
    systemClock,
  );
  async function queueArn(run: string): Promise<string | undefined> {
    const QueueUrl = await bulk.queueUrl(run);
    if (QueueUrl === undefined) return undefined;
    const { Attributes } = await (await sqs()).getQueueAttributes({ QueueUrl, AttributeNames: ["QueueArn"] });
    return Attributes?.QueueArn;
  }
  const settings = poolSettings(environment);
  return {
    runs: bulk.runs,
    repair: bulk.repair,
    clock: systemClock,
    pools: {
      batch: makeBatchPool({
        batch: lazyBatchPools(options),
        launchTemplates: lazyLaunchTemplates(options),
        settings,
      }),
      lambda: makeLambdaPool({ mappings: lazyEventSourceMappings(options), stack: settings.stack, queueArn }),
    },
  };
}

/** What every worker is told as well. */
const PASSED_ON = [
  "CIRRUS_BULK_TABLE",
  "CIRRUS_DATA_BUCKET",
  "CIRRUS_PAYLOAD_BUCKET",
  "CIRRUS_PAYLOAD_ROOT_PREFIX",
  "CIRRUS_LOG_LEVEL",
  "AWS_REGION",
] as const satisfies Variable[];

function poolSettings(environment: Environment): PoolSettings {
  const need = (name: Variable): string => requireVariable(environment, name);
  const passed = PASSED_ON.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    stack: need("CIRRUS_STACK"),
    subnets: listOf(need("CIRRUS_POOL_SUBNETS")),
    securityGroups: listOf(need("CIRRUS_POOL_SECURITY_GROUPS")),
    instanceProfile: need("CIRRUS_POOL_INSTANCE_PROFILE"),
    jobRole: need("CIRRUS_POOL_JOB_ROLE"),
    image: need("CIRRUS_POOL_IMAGE"),
    environment: Object.fromEntries(passed),
  };
}

function listOf(text: string): readonly string[] {
  return text.split(",").map((one) => one.trim());
}
