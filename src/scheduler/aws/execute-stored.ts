/** Executes on a machine of AWS what take-turn has begun, and says how it ended before the machine goes away. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lazyDynamoDb } from "../../aws/clients/dynamodb.ts";
import { lazyS3 } from "../../aws/clients/s3.ts";
import { type AwsLoops, makeAwsLoops } from "../../aws/loops/loops.ts";
import type { ClientOptions } from "../../aws/services/settings.ts";
import { type Clock, systemClock } from "../../clock.ts";
import { makeEmbeddedEnvironments } from "../../embedded/environments/environments.ts";
import { type Environment, requireVariable, wholeEnvironment } from "../../env.ts";
import { STOPPED } from "../../loop/execute.ts";
import type { ExecutionEnd } from "../../loop/loop-execution.ts";
import { makeExecute } from "../execute/execute.ts";
import { makeStoredEnvironments } from "./stored-environments.ts";

export type StoredOutcome =
  | { readonly outcome: "ended"; readonly end: ExecutionEnd }
  /** It has begun or ended before: nothing was run. */
  | { readonly outcome: "nothing"; readonly reason: string };

/** How often somebody who cancels it is looked for. */
const LOOK_MS = 10_000;

/** What a machine has for loops; always in the same place, as virtual environments know where they are. */
const FOLDER = join(tmpdir(), "cirrus-loops");

/** What notebooks of a deployed stage see besides what every task does: the buckets, and AWS's own variables. */
const PASSED = ["CIRRUS_DATA_BUCKET", "AWS_*"];

export function openAwsLoops(environment: Environment, options: ClientOptions = optionsOf(environment)): AwsLoops {
  return makeAwsLoops(
    { dynamodb: lazyDynamoDb(options), s3: lazyS3(options) },
    {
      table: requireVariable(environment, "CIRRUS_LOOP_TABLE"),
      payloadBucket: requireVariable(environment, "CIRRUS_PAYLOAD_BUCKET"),
      payloadPrefix: environment.CIRRUS_PAYLOAD_ROOT_PREFIX ?? "cirrus",
      folder: join(FOLDER, "executions"),
    },
    systemClock,
  );
}

function optionsOf({ AWS_ENDPOINT_URL: endpoint }: Environment): ClientOptions {
  return { endpoint };
}

export interface ExecuteStoredOptions {
  /** The machine is taken away: the task's turn comes again. */
  readonly taken?: AbortSignal | undefined;
  /** The machine has no more time for it. It would have as little again. */
  readonly late?: AbortSignal | undefined;
  readonly folder?: string | undefined;
}

export async function executeStored(
  loops: AwsLoops,
  id: string,
  { taken, late, folder = FOLDER }: ExecuteStoredOptions = {},
): Promise<StoredOutcome> {
  const { store, files, sources, ends } = loops;
  const execution = await store.execution(id);
  if (execution === undefined) return { outcome: "nothing", reason: `There is no execution ${id}` };
  // A job or call that comes twice must not run anything twice.
  if (execution.end !== undefined || (await ends.read(id)) !== undefined) {
    return { outcome: "nothing", reason: `The execution ${id} has ended already` };
  }
  if (!(await ends.begin(id))) return { outcome: "nothing", reason: `Another machine has begun the execution ${id}` };
  const variables = wholeEnvironment();
  const installations: { close(): void }[] = [];
  const environments = makeStoredEnvironments({
    archives: loops.environments,
    folder: join(folder, "environments"),
    madeFor: `${process.platform}-${process.arch}`,
    install(own) {
      const installed = makeEmbeddedEnvironments({ folder: own, clock: systemClock, environment: variables });
      installations.push(installed);
      return installed;
    },
  });
  const executing = makeExecute(
    { sources, environments, files, clock: systemClock },
    { folder, environment: variables, pass: PASSED },
  );
  const watching = watchCancels(store, id, systemClock);
  try {
    const signal = AbortSignal.any([taken, late].filter((one) => one !== undefined));
    const ended = await executing.execute(execution, { signal, cancelled: watching.cancelled });
    const end = late?.aborted === true && ended.error?.name === STOPPED ? outOfTime(ended) : ended;
    await ends.say(id, end);
    return { outcome: "ended", end };
  } finally {
    watching.stop();
    executing.close();
    for (const one of installations) one.close();
  }
}

function outOfTime(end: ExecutionEnd): ExecutionEnd {
  const message = "What it needs and it itself took longer than the machine has time for";
  return { ...end, outcome: "TIMED_OUT", error: { name: "Timeout", message } };
}

function watchCancels(store: Pick<AwsLoops["store"], "controls">, id: string, clock: Clock) {
  const cancelled = new AbortController();
  const stopped = new AbortController();
  const look = async (): Promise<void> => {
    while (!stopped.signal.aborted && !cancelled.signal.aborted) {
      // A look that fails is made again.
      const request = await store.controls().then(
        ({ cancels }) => cancels[id],
        () => undefined,
      );
      if (request !== undefined) cancelled.abort(request);
      await clock.sleep(LOOK_MS, stopped.signal).catch(() => {});
    }
  };
  void look();
  return { cancelled: cancelled.signal, stop: () => stopped.abort() };
}
