/**
 * Where a feeder sends what it finds. A Lambda takes it from its environment: the topic, and the bucket for payloads that
 * are too large for a message. Tests hand it over in the invocation's context.
 */
import { appendFile } from "node:fs/promises";
import type { Context } from "aws-lambda";
import { lazyS3, lazySns } from "../aws/clients.ts";
import { makeSnsIntake } from "../aws/intake.ts";
import { makeS3ObjectStore } from "../aws/object-store.ts";
import { type Environment, readEnvironment, requireVariable } from "../env.ts";
import { CirrusError, EXIT } from "../errors.ts";
import type { Intake } from "../events/intake.ts";
import { type Log, silentLog } from "../log.ts";
import type { OversizeStore } from "../payload/message-body.ts";
import { payloadUrls } from "../payload/object-urls.ts";
import { lambdaLog } from "../task/lambda-log.ts";

export interface FeederPorts {
  readonly intake: Intake;
  readonly log?: Log;
  /** For payloads that are too large for a message; without it they are sent as they are. */
  readonly oversized?: OversizeStore;
}

/** Handed over in the invocation's context, as for tasks. */
export const FEEDER_PORTS: unique symbol = Symbol.for("cirrus.feeder.ports");

export interface FeederContext extends Partial<Context> {
  readonly [FEEDER_PORTS]?: FeederPorts;
}

export function portsOf(context: FeederContext, environment: Environment = readEnvironment()): FeederPorts {
  const given = context[FEEDER_PORTS];
  if (given !== undefined) return { log: silentLog, ...given };
  const log = lambdaLog(environment);
  const { CIRRUS_FEEDER_OUTPUT: output, CIRRUS_OBJECTS_DIRECTORY: directory } = environment;
  if (output !== undefined) return { intake: fileIntake(output), log };
  // The topic that the definition names is none of this machine's: nothing must leave it by mistake.
  if (directory !== undefined) {
    throw new CirrusError("On one machine a feeder has no topic to send payloads to.", {
      hint: "Run it with: cirrus feeder run <name> event.json",
      exitCode: EXIT.config,
    });
  }
  connected ??= connect(environment);
  return { ...connected, log };
}

/** One client for all invocations of a container: its connections stay open. */
let connected: Required<Omit<FeederPorts, "log">> | undefined;

function connect(environment: Environment): Required<Omit<FeederPorts, "log">> {
  const options = { endpoint: environment.AWS_ENDPOINT_URL };
  const bucket = requireVariable(environment, "CIRRUS_PAYLOAD_BUCKET");
  const topicArn = requireVariable(environment, "CIRRUS_PROCESS_TOPIC_ARN");
  return {
    intake: makeSnsIntake({ sns: lazySns(options), topicArn }),
    oversized: {
      objects: makeS3ObjectStore({ s3: lazyS3(options) }),
      urls: payloadUrls({ bucket, prefix: environment.CIRRUS_PAYLOAD_ROOT_PREFIX ?? "cirrus" }),
    },
  };
}

/** One payload a line: whoever started the feeder sends them on. */
function fileIntake(path: string): Intake {
  return {
    async send(messages) {
      await appendFile(path, messages.map(({ body }) => `${body}\n`).join(""));
      return messages.map(({ id }) => ({ id, outcome: "sent" }));
    },
  };
}
