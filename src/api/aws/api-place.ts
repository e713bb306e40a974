/** What the API needs, of the stack that its Lambda is of: the adapters of the functions, from the same environment. */

import { lazyCloudFormation } from "../../aws/clients/cloudformation.ts";
import { lazyLogs } from "../../aws/clients/logs.ts";
import { lazyStepFunctions } from "../../aws/clients/sfn.ts";
import { lazySqs } from "../../aws/clients/sqs.ts";
import { makeExecutionLogs } from "../../aws/execution-logs.ts";
import { makeSqsQueueDepths } from "../../aws/queue-depths.ts";
import type { ClientOptions } from "../../aws/services/settings.ts";
import { makeCloudWatchTaskLogs } from "../../aws/task-logs.ts";
import { makeSfnWorkflows } from "../../aws/workflows.ts";
import { systemClock } from "../../clock.ts";
import { type Environment, requireVariable, type Variable } from "../../env.ts";
import { actPorts } from "../../functions/act/act-ports.ts";
import type { Json } from "../../json.ts";
import type { Log } from "../../log.ts";
import { writtenId } from "../../payload/payload-id.ts";
import { VERSION } from "../../version.ts";
import { resolveReadable } from "../look/resolve-readable.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import { deployedSchemas } from "./deployed-schemas.ts";

export interface AwsApiPlace {
  readonly ports: ApiPorts;
  readonly settings: ApiSettings;
}

/** A call that is never answered is made once more before API Gateway gives up. */
const ANSWER_MS = 10_000;

export async function awsApiPlace(
  log: Log,
  environment: Environment,
  options: ClientOptions = { endpoint: environment.AWS_ENDPOINT_URL, timeoutMs: ANSWER_MS },
): Promise<AwsApiPlace> {
  const acting = await actPorts(log, environment, options);
  const { functions, loops } = acting;
  return {
    ports: {
      ...acting,
      loops: loops && { ...loops, resolveCommit: async (_repository, name) => wholeCommit(name) },
      workflows: makeSfnWorkflows({
        sfn: lazyStepFunctions(options),
        cloudformation: lazyCloudFormation(options),
        stack: requireVariable(environment, "CIRRUS_STACK"),
        baseArn: requireVariable(environment, "CIRRUS_BASE_WORKFLOW_ARN"),
        clock: systemClock,
      }),
      taskSchemas: deployedSchemas(environment.LAMBDA_TASK_ROOT ?? "."),
      queues: makeSqsQueueDepths({ sqs: lazySqs(options), queues: queueUrls(environment) }),
      logs: makeExecutionLogs({
        executions: functions.executions,
        batch: async () => (await import("../../aws/services/batch.ts")).connectBatch(options),
        logs: makeCloudWatchTaskLogs({ logs: lazyLogs(options) }),
        payloadIdOf: async ({ input }) => writtenId(await resolveReadable(JSON.parse(input) as Json, functions)),
      }),
    },
    settings: settingsOf(environment),
  };
}

function queueUrls(environment: Environment) {
  const urls = (queue: Variable, dead: Variable) => ({
    queueUrl: requireVariable(environment, queue),
    deadLetterQueueUrl: requireVariable(environment, dead),
  });
  return {
    process: urls("CIRRUS_PROCESS_QUEUE_URL", "CIRRUS_PROCESS_DEAD_LETTER_QUEUE_URL"),
    "status-change": urls("CIRRUS_STATUS_CHANGE_QUEUE_URL", "CIRRUS_STATUS_CHANGE_DEAD_LETTER_QUEUE_URL"),
  } as const;
}

/** There is no repository here to look a name up in: a commit is given whole. */
function wholeCommit(name: string): string | undefined {
  return WHOLE_HASH.test(name) ? name : undefined;
}

const WHOLE_HASH = /^[0-9a-f]{40}$/;

function settingsOf(environment: Environment): ApiSettings {
  const stack = requireVariable(environment, "CIRRUS_STACK");
  const region = requireVariable(environment, "AWS_REGION");
  const buckets = (["CIRRUS_DATA_BUCKET", "CIRRUS_PAYLOAD_BUCKET"] as const).map((name) =>
    requireVariable(environment, name),
  );
  return {
    version: VERSION,
    place: `in ${stack} (${region})`,
    service: stack,
    flags: ` --stack ${stack} --region ${region}`,
    live: "poll",
    shownUrls: buckets.map((bucket) => `s3://${bucket}/`),
    corsOrigins: (environment.CIRRUS_API_ORIGINS ?? "").split(",").filter((origin) => origin !== ""),
  };
}
