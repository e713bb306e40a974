/** The functions' ports over AWS, from the environment that their definitions give them. */
import { randomUUID } from "node:crypto";
import { makeSnsAnnouncements } from "../aws/announcements.ts";
import { lazyDynamoDb } from "../aws/clients/dynamodb.ts";
import { lazyLogs } from "../aws/clients/logs.ts";
import { lazyS3 } from "../aws/clients/s3.ts";
import { lazyStepFunctions } from "../aws/clients/sfn.ts";
import { lazySns } from "../aws/clients/sns.ts";
import { lazySqs } from "../aws/clients/sqs.ts";
import { makeSfnExecutions } from "../aws/executions.ts";
import { makeSqsIntake } from "../aws/intake.ts";
import { makeS3ObjectStore } from "../aws/object-store.ts";
import { makeS3Rejections } from "../aws/rejections.ts";
import type { ClientOptions } from "../aws/services/settings.ts";
import { makeCloudWatchTaskLogs } from "../aws/task-logs.ts";
import { systemClock } from "../clock.ts";
import { type Environment, readEnvironment, requireVariable, type Variable } from "../env.ts";
import { CirrusError, EXIT } from "../errors.ts";
import type { TaskLogs } from "../executions/jobs.ts";
import type { Log } from "../log.ts";
import { MAX_JSON_BYTES } from "../payload/bounded-json.ts";
import { payloadUrls } from "../payload/object-urls.ts";
import type { FunctionPorts, PayloadSettings } from "./ports.ts";

/** What pre-batch and post-batch need. */
export type BatchPorts = Pick<FunctionPorts, "objects" | "payloads"> & {
  readonly logs: TaskLogs;
  readonly uuid: () => string;
};

/** Once per container. Clients are connected when they are first used. `options`: for whoever is no Lambda. */
export async function functionPorts(
  log: Log,
  environment: Environment = readEnvironment(),
  options: ClientOptions = clientOptions(environment),
): Promise<FunctionPorts> {
  const need = (name: Variable): string => requireVariable(environment, name);
  const payloads = payloadSettings(environment);
  const objects = makeS3ObjectStore({ s3: lazyS3(options) });
  const baseArn = need("CIRRUS_BASE_WORKFLOW_ARN");
  return {
    state: await stateStore(options, need("CIRRUS_STATE_DB")),
    objects,
    executions: makeSfnExecutions({ sfn: lazyStepFunctions(options), baseArn }),
    intake: makeSqsIntake({ sqs: lazySqs(options), queueUrl: need("CIRRUS_PROCESS_QUEUE_URL") }),
    announcements: makeSnsAnnouncements({
      sns: lazySns(options),
      topics: { "workflow-event": need("CIRRUS_WORKFLOW_EVENT_TOPIC_ARN"), publish: need("CIRRUS_PUBLISH_TOPIC_ARN") },
    }),
    rejections: makeS3Rejections({ objects, urls: payloads.urls }),
    clock: systemClock,
    log,
    payloads,
    stateMachinePrefix: prefixOf(baseArn),
  };
}

export async function batchPorts(_log: Log, environment: Environment = readEnvironment()): Promise<BatchPorts> {
  const options = clientOptions(environment);
  return {
    objects: makeS3ObjectStore({ s3: lazyS3(options) }),
    payloads: payloadSettings(environment),
    logs: makeCloudWatchTaskLogs({ logs: lazyLogs(options) }),
    uuid: randomUUID,
  };
}

async function stateStore(options: ClientOptions, table: string): Promise<FunctionPorts["state"]> {
  const [client, { makeDynamoStateStore }] = await Promise.all([
    lazyDynamoDb(options)(),
    import("../aws/state/state-store.ts"),
  ]);
  return makeDynamoStateStore({ client, table, clock: systemClock });
}

/** Within half a minute, the shortest time of these functions, a call that is never answered is made once more. */
const ANSWER_MS = 10_000;

/** Lambda sets region and credentials, which the SDK finds by itself. */
function clientOptions({ AWS_ENDPOINT_URL: endpoint }: Environment): ClientOptions {
  return { endpoint, timeoutMs: ANSWER_MS };
}

function payloadSettings(environment: Environment): PayloadSettings {
  const bucket = requireVariable(environment, "CIRRUS_PAYLOAD_BUCKET");
  const others = (environment.CIRRUS_PAYLOAD_URLS ?? "").split(",").map((url) => url.trim());
  return {
    urls: payloadUrls({ bucket, prefix: environment.CIRRUS_PAYLOAD_ROOT_PREFIX ?? "cirrus" }),
    allowedUrls: [
      `s3://${bucket}`,
      `s3://${requireVariable(environment, "CIRRUS_DATA_BUCKET")}`,
      ...others.filter((url) => url !== ""),
    ],
    maxBytes: MAX_JSON_BYTES,
  };
}

/** `cirrus-prod-` of `arn:aws:states:us-west-2:123456789012:stateMachine:cirrus-prod-` */
function prefixOf(baseArn: string): string {
  const [, prefix] = /^arn:[^:]+:states:[^:]*:[^:]*:stateMachine:(.+)$/.exec(baseArn) ?? [];
  if (prefix !== undefined) return prefix;
  throw new CirrusError(`CIRRUS_BASE_WORKFLOW_ARN is ${baseArn}, which is no beginning of a state machine's ARN.`, {
    hint: "Set it to arn:<partition>:states:<region>:<account>:stateMachine:<stack>-",
    exitCode: EXIT.config,
  });
}
