/** Turns a task's `run` into the Lambda handler that Lambda, Batch and one machine all start the same way. */
import middy, { type MiddyfiedHandler } from "@middy/core";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Context } from "aws-lambda";
import { type Log, withFields } from "../log.ts";
import type { ObjectStore } from "../payload/object-store.ts";
import { taskParameters } from "../payload/parameters.ts";
import { type Announce, makeAnnounce } from "./announce.ts";
import { type Assets, makeAssets } from "./assets/assets.ts";
import { makeTransfers } from "./assets/transfers.ts";
import { type CollectionOf, readCollections } from "./collections.ts";
import { spellOut, TaskStopped } from "./errors.ts";
import { readPayload } from "./input.ts";
import type { Item, Payload } from "./item.ts";
import { checkItems, nameCollections, type TaskOutput, takeResult, writeOutput } from "./output.ts";
import { checkParameters } from "./parameters.ts";
import { portsOf, type TaskContext, type TaskPorts } from "./ports.ts";
import { tryAgain } from "./retry.ts";
import { makeReadSecret, type ReadSecret } from "./secret.ts";
import { makeWorkdir } from "./workdir.ts";

export interface TaskRun<Parameters> {
  readonly payload: Payload;
  /** The payload's items, which may be changed in place. */
  readonly items: Item[];
  readonly parameters: Parameters;
  readonly assets: Assets;
  /** S3, or the directory that stands for it. */
  readonly objects: ObjectStore;
  /** A directory of this run alone, removed after it. */
  readonly workdir: string;
  readonly log: Log;
  /** Sends each item to each topic, given by its ARN, with the attributes that subscribers filter by. */
  readonly announce: Announce;
  /** The text of a secret of Secrets Manager, by its name or ARN. */
  readonly secret: ReadSecret;
  /** Acts again, after pauses that grow, where a TransientError was thrown; gives up with the fourth. */
  tryAgain<T>(act: () => Promise<T>): Promise<T>;
  /** Where the deployed API tells of this payload; undefined where CIRRUS_API_URL is not set. */
  readonly payloadUrl: string | undefined;
  /** Aborted when the time is nearly over or the job is told to end. */
  readonly signal: AbortSignal;
  /** Milliseconds until the run is cut off; Infinity where nothing cuts it off. */
  remaining(): number;
}

/** Other items, another payload, or nothing where the items were changed in place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a `run` that returns nothing is typed void
export type TaskResult = Item[] | Payload | undefined | void;

export interface TaskDefinition<S extends StandardSchemaV1> {
  /** The folder under `tasks/`, and the key of its parameters in a process definition. */
  readonly name: string;
  readonly description?: string;
  /** Any Standard Schema: zod, valibot, arktype. */
  readonly parameters: S;
  /** `false`: the items that `run` ends with are not held against the schemas of STAC. Sparse items never are. */
  readonly validate?: boolean;
  run(context: TaskRun<StandardSchemaV1.InferOutput<S>>): TaskResult | Promise<TaskResult>;
}

export interface TaskHandler<S extends StandardSchemaV1 = StandardSchemaV1>
  extends MiddyfiedHandler<unknown, TaskOutput> {
  readonly task: Pick<TaskDefinition<S>, "name" | "description" | "parameters">;
}

/** Milliseconds that are kept back from a Lambda's time to report that it was not enough. */
const KEPT_BACK_MS = 250;

/**
 * @example
 * export const handler = defineTask({
 *   name: "rename",
 *   parameters: z.object({ prefix: z.string() }),
 *   run({ items, parameters }) {
 *     for (const item of items) item.id = `${parameters.prefix}-${item.id}`;
 *   },
 * });
 */
export function defineTask<S extends StandardSchemaV1>(definition: TaskDefinition<S>): TaskHandler<S> {
  // TypeScript says so while it is written; a handler that nobody checks is told here, not in the middle of a payload.
  if (typeof definition.parameters?.["~standard"] !== "object") {
    throw new TypeError(
      `The task ${definition.name} has no schema of its parameters. Without any: parameters: z.object({})`,
    );
  }
  const handler = middy<unknown, TaskOutput>(
    (event: unknown, context: Context, { signal }: { signal: AbortSignal }) =>
      runTask(definition, event, context, signal),
    { timeoutEarlyInMillis: KEPT_BACK_MS, timeoutEarlyResponse: () => reportTimeout(definition.name) },
  );
  const { name, description, parameters } = definition;
  return Object.assign(handler, { task: { name, parameters, ...(description === undefined ? {} : { description }) } });
}

async function runTask<S extends StandardSchemaV1>(
  definition: TaskDefinition<S>,
  event: unknown,
  context: TaskContext,
  early: AbortSignal,
): Promise<TaskOutput> {
  try {
    const ports = portsOf(context);
    const payload = await readPayload(event, ports);
    const log = logOf(definition.name, payload.parsed.id, ports, context);
    const [first] = payload.parsed.process;
    // Where another component `uses` this code, its parameters stand under that one's name.
    const name = ports.environment.CIRRUS_COMPONENT ?? definition.name;
    const place = ["process", 0, "tasks", name];
    const parameters = await checkParameters(definition.parameters, taskParameters(first, name), place);
    const collectionOf = await readCollections(first);
    const signal = ports.signal === undefined ? early : AbortSignal.any([early, ports.signal]);
    const workdir = await makeWorkdir(definition.name, ports.environment, log);
    const transfers = makeTransfers({ ports, definition: first, collectionOf, workdir, log }, signal);
    try {
      const result = await definition.run({
        payload: payload.own,
        items: payload.own.features,
        parameters,
        assets: makeAssets(transfers),
        objects: ports.objects,
        workdir: workdir.path,
        log,
        announce: makeAnnounce(ports, log),
        secret: makeReadSecret(ports),
        payloadUrl: payloadUrl(payload.parsed.id, ports),
        tryAgain: (act) => tryAgain(act, { clock: ports.clock, random: ports.random, signal }),
        signal,
        remaining: () => context.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY,
      });
      return await finish(definition, takeResult(definition.name, payload.own, result), collectionOf, ports);
    } finally {
      await transfers.end();
      await workdir.remove();
    }
  } catch (thrown) {
    throw spellOut(thrown);
  }
}

function payloadUrl(id: string, { environment }: TaskPorts): string | undefined {
  const api = environment.CIRRUS_API_URL?.replace(/\/$/, "");
  return api === undefined ? undefined : `${api}/v1/payload?id=${encodeURIComponent(id)}`;
}

/** What the run ended with, as the next task may have it. */
async function finish<S extends StandardSchemaV1>(
  { name, validate = true }: TaskDefinition<S>,
  payload: Payload,
  collectionOf: CollectionOf,
  ports: TaskPorts,
): Promise<TaskOutput> {
  nameCollections(payload.features, collectionOf);
  if (validate && ports.environment.CIRRUS_VALIDATE !== "false") await checkItems(name, payload.features);
  return writeOutput(payload, ports);
}

/**
 * A Lambda's log is shared by many payloads: every line says whose it is, and there is at least one. A job's log is its
 * own.
 */
function logOf(name: string, payloadId: string, { log }: TaskPorts, { awsRequestId: requestId }: TaskContext): Log {
  if (requestId === undefined) return log;
  const own = withFields(log, { payloadId, requestId });
  own.info(`${name} begins`);
  return own;
}

function reportTimeout(name: string): never {
  throw new TaskStopped(
    `The task ${name} was stopped: its time was nearly over. Raise lambda.timeout in its definition.yml, or run it in Batch`,
  );
}
