/** A deployed stage as a place to look and act: the adapters of its functions, with the credentials of whoever calls. */
import { makeDynamoActionStore } from "../../aws/actions.ts";
import { makeSqsDeadLetters } from "../../aws/dead-letters.ts";
import type { Deployment } from "../../aws/deployment.ts";
import { makeExecutionLogs } from "../../aws/execution-logs.ts";
import { makeCloudWatchTaskLogs } from "../../aws/task-logs.ts";
import { resolveDocument } from "../../functions/stored-documents.ts";
import { functionPorts } from "../../functions/wiring.ts";
import type { Json } from "../../json.ts";
import { silentLog } from "../../log.ts";
import { writtenId } from "../../payload/payload-id.ts";
import type { Project } from "../../project/project.ts";
import { outcomesByRecord } from "../payload/outcomes-by-record.ts";
import type { Io } from "../terminal/io.ts";
import type { Backend, Place } from "./backend.ts";
import { connectDeployment, flagsOf } from "./connect-deployment.ts";

/** CloudWatch Logs shows a line some seconds after it was written. */
const LOG_DELAY_MS = 5_000;
/** Every look is a call that is paid for. */
const LOOK_EVERY_MS = 1_000;

export async function openDeployedBackend(io: Io, place: Place): Promise<Backend> {
  const { project, clients, deployment, options } = await connectDeployment(io, place);
  const { stackName } = deployment;
  const environment = environmentOf(deployment, project);
  const ports = await functionPorts(silentLog, environment, options);
  const queues = {
    process: [deployment.processQueueUrl, deployment.processDeadLetterQueueUrl],
    "status-change": [deployment.statusChangeQueueUrl, deployment.statusChangeDeadLetterQueueUrl],
  } as const;
  const deadLettersOf = ([queueUrl, deadLetterQueueUrl]: readonly [string, string]) =>
    makeSqsDeadLetters({ sqs: clients.sqs, queueUrl, deadLetterQueueUrl });
  return {
    place: `in ${stackName} (${deployment.region})`,
    flags: flagsOf(place),
    runner: `${stackName}`,
    ports,
    actions: makeDynamoActionStore({
      client: await clients.dynamodb(),
      table: deployment.stateTable,
      clock: ports.clock,
      random: Math.random,
    }),
    deadLetters: { process: deadLettersOf(queues.process), "status-change": deadLettersOf(queues["status-change"]) },
    logs: makeExecutionLogs({
      executions: ports.executions,
      batch: async () => (await import("../../aws/services/batch.ts")).connectBatch(options),
      logs: makeCloudWatchTaskLogs({ logs: clients.logs }),
      payloadIdOf: async ({ input }) => writtenId(await resolveDocument(JSON.parse(input) as Json, ports)),
    }),
    lookEveryMs: LOOK_EVERY_MS,
    logDelayMs: LOG_DELAY_MS,
    workflows: [...(project?.workflows.keys() ?? [])],
    outcomes: (sent) => outcomesByRecord(sent, ports),
    environment,
    close: async () => {},
  };
}

/** What the stack's outputs say, under the names that its functions know them by. */
function environmentOf(deployment: Deployment, project: Project | undefined): Readonly<Record<string, string>> {
  const prefix = project?.config.environment.CIRRUS_PAYLOAD_ROOT_PREFIX;
  const urls = project?.config.cirrus.payloadUrls ?? [];
  return {
    AWS_REGION: deployment.region,
    CIRRUS_STATE_DB: deployment.stateTable,
    CIRRUS_DATA_BUCKET: deployment.dataBucket,
    CIRRUS_PAYLOAD_BUCKET: deployment.payloadBucket,
    ...(typeof prefix === "string" ? { CIRRUS_PAYLOAD_ROOT_PREFIX: prefix } : {}),
    CIRRUS_BASE_WORKFLOW_ARN: deployment.baseWorkflowArn,
    CIRRUS_PROCESS_QUEUE_URL: deployment.processQueueUrl,
    CIRRUS_WORKFLOW_EVENT_TOPIC_ARN: deployment.workflowEventTopicArn,
    CIRRUS_PUBLISH_TOPIC_ARN: deployment.publishTopicArn,
    ...(urls.length > 0 ? { CIRRUS_PAYLOAD_URLS: urls.join(",") } : {}),
  };
}
