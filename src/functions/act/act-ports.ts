/** What act works with, on AWS. */
import { makeDynamoActionStore } from "../../aws/actions.ts";
import { makeAwsBulk } from "../../aws/bulk/bulk.ts";
import { makeActCall } from "../../aws/call-act.ts";
import { lazyDynamoDb } from "../../aws/clients/dynamodb.ts";
import { lazyLambda } from "../../aws/clients/lambda.ts";
import { lazyS3 } from "../../aws/clients/s3.ts";
import { lazySqs } from "../../aws/clients/sqs.ts";
import { makeSqsDeadLetters } from "../../aws/dead-letters.ts";
import { makeAwsLoops } from "../../aws/loops/loops.ts";
import type { ClientOptions } from "../../aws/services/settings.ts";
import { systemClock } from "../../clock.ts";
import { type Environment, readEnvironment, requireVariable, type Variable } from "../../env.ts";
import type { Log } from "../../log.ts";
import { functionPorts } from "../wiring.ts";
import type { ActPorts } from "./ports.ts";

export interface ActLambdaPorts extends ActPorts {
  /** Calls the function once more, and waits for nothing. */
  readonly continueAction: (action: string) => Promise<void>;
}

/** Bulk runs and loops as far as the stack has them, and whole: the API shows them as well. */
interface DeployedActPorts extends ActLambdaPorts {
  readonly bulk?: ReturnType<typeof makeAwsBulk> | undefined;
  readonly loops?: ReturnType<typeof makeAwsLoops> | undefined;
}

/** A call that is never answered is made once more. */
const ANSWER_MS = 10_000;

export async function actPorts(
  log: Log,
  environment: Environment = readEnvironment(),
  options: ClientOptions = { endpoint: environment.AWS_ENDPOINT_URL, timeoutMs: ANSWER_MS },
): Promise<DeployedActPorts> {
  const need = (name: Variable): string => requireVariable(environment, name);
  const client = await lazyDynamoDb(options)();
  const table = { client, table: need("CIRRUS_STATE_DB"), clock: systemClock, random: Math.random };
  const sqs = lazySqs(options);
  const letters = (queue: Variable, dead: Variable) =>
    makeSqsDeadLetters({ sqs, queueUrl: need(queue), deadLetterQueueUrl: need(dead) });
  return {
    functions: await functionPorts(log, environment, options),
    actions: makeDynamoActionStore(table),
    deadLetters: {
      process: letters("CIRRUS_PROCESS_QUEUE_URL", "CIRRUS_PROCESS_DEAD_LETTER_QUEUE_URL"),
      "status-change": letters("CIRRUS_STATUS_CHANGE_QUEUE_URL", "CIRRUS_STATUS_CHANGE_DEAD_LETTER_QUEUE_URL"),
    },
    ...runsAndLoops(environment, options),
    continueAction: makeActCall({ lambda: lazyLambda(options), functionName: need("CIRRUS_ACT_FUNCTION") }),
  };
}

function runsAndLoops(environment: Environment, options: ClientOptions): Pick<DeployedActPorts, "bulk" | "loops"> {
  const { CIRRUS_BULK_TABLE: bulkTable, CIRRUS_LOOP_TABLE: loopTable } = environment;
  const payloads = {
    payloadBucket: requireVariable(environment, "CIRRUS_PAYLOAD_BUCKET"),
    payloadPrefix: environment.CIRRUS_PAYLOAD_ROOT_PREFIX ?? "cirrus",
  };
  const clients = { dynamodb: lazyDynamoDb(options), sqs: lazySqs(options), s3: lazyS3(options) };
  return {
    ...(bulkTable && { bulk: makeAwsBulk(clients, { table: bulkTable, ...payloads }, systemClock) }),
    ...(loopTable && { loops: makeAwsLoops(clients, { table: loopTable, ...payloads }, systemClock) }),
  };
}
