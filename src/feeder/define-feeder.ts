/** Turns a feeder's `run`, which finds payloads, into a Lambda handler that sends them on their way. */
import middy, { type MiddyfiedHandler } from "@middy/core";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Context } from "aws-lambda";
import { CirrusError, TransientError } from "../errors.ts";
import type { Intake, OutgoingMessage, SendOutcome } from "../events/intake.ts";
import type { Json } from "../json.ts";
import { type Log, silentLog } from "../log.ts";
import { messageBody } from "../payload/message-body.ts";
import { parsePayload } from "../payload/payload.ts";
import { explainProblems } from "../payload/problems.ts";
import { checkParameters } from "../task/parameters.ts";
import { type FeederContext, type FeederPorts, portsOf } from "./ports.ts";

export interface FeederRun<Parameters> {
  readonly parameters: Parameters;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface FeederDefinition<S extends StandardSchemaV1> {
  /** The folder under `feeders/`. */
  readonly name: string;
  readonly description?: string;
  /** What the feeder is called with, as any Standard Schema. */
  readonly parameters: S;
  /** Payloads, one after another, as they are found. */
  run(context: FeederRun<StandardSchemaV1.InferOutput<S>>): AsyncIterable<Json>;
}

export interface FeedResult {
  /** Payloads that were found and sent. */
  readonly found: number;
}

export interface FeederHandler<S extends StandardSchemaV1 = StandardSchemaV1>
  extends MiddyfiedHandler<unknown, FeedResult> {
  readonly feeder: Pick<FeederDefinition<S>, "name" | "description" | "parameters">;
}

/** SNS takes ten messages a call. */
const BATCH = 10;
const MOST_ATTEMPTS = 5;

/**
 * @example
 * export const handler = defineFeeder({
 *   name: "one-scene",
 *   parameters: z.object({ item: z.looseObject({ id: z.string() }) }),
 *   async *run({ parameters }) {
 *     yield { type: "FeatureCollection", features: [parameters.item], process: [{ workflow: "publish-only" }] };
 *   },
 * });
 */
export function defineFeeder<S extends StandardSchemaV1>(definition: FeederDefinition<S>): FeederHandler<S> {
  const handler = middy<unknown, FeedResult>((event: unknown, context: Context, { signal }: { signal: AbortSignal }) =>
    feed(definition, event, context, signal),
  );
  const { name, description, parameters } = definition;
  return Object.assign(handler, {
    feeder: { name, parameters, ...(description === undefined ? {} : { description }) },
  });
}

async function feed<S extends StandardSchemaV1>(
  definition: FeederDefinition<S>,
  event: unknown,
  context: FeederContext,
  signal: AbortSignal,
): Promise<FeedResult> {
  const ports = portsOf(context);
  const parameters = await checkParameters(definition.parameters, event, []);
  let found = 0;
  let waiting: OutgoingMessage[] = [];
  for await (const value of definition.run({ parameters, log: ports.log ?? silentLog, signal })) {
    signal.throwIfAborted();
    waiting.push(await messageOf(definition.name, value, ports));
    found++;
    if (waiting.length === BATCH) {
      await sendAll(ports.intake, waiting);
      waiting = [];
    }
  }
  await sendAll(ports.intake, waiting);
  return { found };
}

/** A payload that no workflow could take is the feeder's own error, told where it was made. */
async function messageOf(feeder: string, value: Json, { oversized }: FeederPorts): Promise<OutgoingMessage> {
  const parsed = parsePayload(value);
  if (!("payload" in parsed))
    throw new CirrusError(`The feeder ${feeder} made no valid payload: ${explainProblems(parsed.problems)}`);
  const { payload } = parsed;
  const body = oversized === undefined ? JSON.stringify(payload) : await messageBody(payload, oversized);
  return { id: payload.id, body };
}

async function sendAll(intake: Intake, messages: readonly OutgoingMessage[]): Promise<void> {
  let left = messages;
  for (let attempt = 1; left.length > 0; attempt++) {
    const failed = (await intake.send(left)).filter(isFailure);
    const permanent = failed.find(({ transient }) => !transient);
    if (permanent !== undefined) throw new CirrusError(`Payload ${permanent.id} was refused: ${permanent.message}`);
    const [first] = failed;
    if (first !== undefined && attempt === MOST_ATTEMPTS) {
      throw new TransientError(`${failed.length} payloads were not sent, among them ${first.id}: ${first.message}`);
    }
    left = left.filter(({ id }) => failed.some((outcome) => outcome.id === id));
  }
}

function isFailure(outcome: SendOutcome): outcome is SendOutcome & { readonly outcome: "failed" } {
  return outcome.outcome === "failed";
}
