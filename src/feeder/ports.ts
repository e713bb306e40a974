/**
 * What a feeder needs from the world. A Lambda takes it from its environment: the topic, the bucket for positions and for
 * payloads that are too large for a message. The command line and tests hand parts of it over in the invocation's context.
 */
import { randomUUID } from "node:crypto";
import type { Context } from "aws-lambda";
import { lazyLambda } from "../aws/clients/lambda.ts";
import { lazyS3 } from "../aws/clients/s3.ts";
import { lazySns } from "../aws/clients/sns.ts";
import { makeSnsIntake } from "../aws/intake.ts";
import { makeS3ObjectStore } from "../aws/object-store.ts";
import { type Clock, systemClock } from "../clock.ts";
import { type Environment, readEnvironment, requireVariable } from "../env.ts";
import { CirrusError, EXIT } from "../errors.ts";
import type { Intake } from "../events/intake.ts";
import type { JsonObject } from "../json.ts";
import { type Log, silentLog } from "../log.ts";
import type { OversizeStore } from "../payload/message-body.ts";
import type { ObjectStore } from "../payload/object-store.ts";
import { payloadUrls } from "../payload/object-urls.ts";
import type { StateStore } from "../state/state-store.ts";
import { lambdaLog } from "../task/lambda-log.ts";
import { objectsFromEnvironment } from "../task/objects.ts";
import { givenParameters } from "./given-parameters.ts";
import { localPorts } from "./local-ports.ts";
import { makeObjectPositions, type Positions } from "./positions.ts";

export interface FeederPorts {
  readonly intake: Intake;
  readonly log?: Log;
  /** For payloads that are too large for a message; without it they are sent as they are. */
  readonly oversized?: OversizeStore;
  /** What the feeder may read; the environment's where it is not given. */
  readonly objects?: ObjectStore;
  /** Those that the definition gives beforehand; the event's own go over them. */
  readonly parameters?: JsonObject;
  /** What became of payloads, for a feeder that asks; where it is not given, such a feeder finds it in the environment. */
  readonly state?: Pick<StateStore, "list">;
  /** Without it, every run begins at the beginning. */
  readonly positions?: Positions;
  /** Starts another run with the same event, which goes on from the position. */
  readonly again?: (event: unknown) => Promise<void>;
  readonly clock?: Clock;
  /** From 0 to 1. */
  readonly random?: () => number;
  readonly uuid?: () => string;
  /** Answers in place of the web's. */
  readonly fetch?: typeof fetch;
  /** Aborted when nobody wants more. */
  readonly signal?: AbortSignal;
}

type Defaulted = "log" | "objects" | "clock" | "random" | "uuid";
export type FullFeederPorts = FeederPorts & Required<Pick<FeederPorts, Defaulted>>;

/** Handed over in the invocation's context, as for tasks. */
export const FEEDER_PORTS: unique symbol = Symbol.for("cirrus.feeder.ports");

export interface FeederContext extends Partial<Context> {
  readonly [FEEDER_PORTS]?: FeederPorts;
}

export function portsOf(context: FeederContext, environment: Environment = readEnvironment()): FullFeederPorts {
  const given = context[FEEDER_PORTS];
  const log = given === undefined ? lambdaLog(environment) : silentLog;
  const ports = given ?? portsHere(context, environment);
  return {
    ...{ log, clock: systemClock, random: Math.random, uuid: randomUUID },
    ...ports,
    parameters: ports.parameters ?? givenParameters(environment),
    objects: ports.objects ?? objectsFromEnvironment(environment),
  };
}

function portsHere(context: FeederContext, environment: Environment): FeederPorts {
  const { CIRRUS_DATABASE: database, CIRRUS_OBJECTS_DIRECTORY: directory } = environment;
  if (database !== undefined && directory !== undefined) {
    local ??= localPorts(database, environment);
    return local;
  }
  // The topic that the definition names is none of this machine's: nothing must leave it by mistake.
  if (directory !== undefined) {
    throw new CirrusError("On one machine a feeder has no topic to send payloads to.", {
      hint: "Run it with: npx cirrus feeder run <name> event.json",
      exitCode: EXIT.config,
    });
  }
  connected ??= connect(environment);
  return { ...connected, again: (event) => invokeAgain(event, context, environment) };
}

/** One client for all invocations of a container: its connections stay open. */
let connected: FeederPorts | undefined;
let local: FeederPorts | undefined;

function connect(environment: Environment): FeederPorts {
  const options = { endpoint: environment.AWS_ENDPOINT_URL };
  const bucket = requireVariable(environment, "CIRRUS_PAYLOAD_BUCKET");
  const topicArn = requireVariable(environment, "CIRRUS_PROCESS_TOPIC_ARN");
  const urls = payloadUrls({ bucket, prefix: environment.CIRRUS_PAYLOAD_ROOT_PREFIX ?? "cirrus" });
  const objects = makeS3ObjectStore({ s3: lazyS3(options) });
  return {
    intake: makeSnsIntake({ sns: lazySns(options), topicArn }),
    oversized: { objects, urls },
    positions: makeObjectPositions({ objects, urls }),
  };
}

async function invokeAgain(event: unknown, { invokedFunctionArn }: FeederContext, environment: Environment) {
  lambda ??= lazyLambda({ endpoint: environment.AWS_ENDPOINT_URL });
  const Payload = Buffer.from(JSON.stringify(event ?? {}));
  await (await lambda()).invoke({ FunctionName: invokedFunctionArn, InvocationType: "Event", Payload });
}

let lambda: ReturnType<typeof lazyLambda> | undefined;
