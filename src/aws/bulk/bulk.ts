/**
 * Bulk runs on AWS: one table for all of them, a queue each, and the payload bucket for what is large. The table is the truth; a
 * message only says which entry to look at. `keys.ts` shows the table.
 */
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BulkLogs, BulkQueue, BulkRuns, Lease } from "../../bulk/bulk-store.ts";
import type { Clock } from "../../clock.ts";
import { payloadUrls } from "../../payload/object-urls.ts";
import type { Clients } from "../clients.ts";
import { makeS3ObjectStore } from "../object-store.ts";
import { makeBulkLogs } from "./logs.ts";
import type { Place } from "./place.ts";
import { accept, type DeliveredMessage } from "./queue/accept.ts";
import { extend, finish, release } from "./queue/finish.ts";
import { receive } from "./queue/receive.ts";
import { repairRun } from "./queue/repair.ts";
import { makeLanes } from "./records/lanes.ts";
import { readRun } from "./records/run-record.ts";
import { makeAwsBulkRuns } from "./runs.ts";
import { putWorker, readHost } from "./workers.ts";

export type { DeliveredMessage } from "./queue/accept.ts";

export interface AwsBulkSettings {
  /** Name of the table (`CIRRUS_BULK_TABLE`). */
  readonly table: string;
  readonly payloadBucket: string;
  /** `CIRRUS_PAYLOAD_ROOT_PREFIX` */
  readonly payloadPrefix: string;
  /** What names of the stack's bulk queues begin with: `<stack>-bulk-`. Whoever loads runs says it. */
  readonly queuePrefix?: string | undefined;
  /** Seconds that an empty queue is waited at, 20 at most, which is the usual. */
  readonly waitSeconds?: number | undefined;
  /** Where files of logs are until they are kept. */
  readonly folder?: string | undefined;
  readonly random?: (() => number) | undefined;
  /** A text that nobody else makes up. */
  readonly newId?: (() => string) | undefined;
}

export interface AwsBulkQueue extends BulkQueue {
  /**
   * Takes the entries of messages that somebody else has received, a Lambda's event source. Messages are deleted here and by
   * `finish`: whoever delivers them reports all of them as failed, and so keeps Lambda from deleting any.
   */
  accept(
    request: { readonly run: string; readonly worker: string; readonly leaseMs: number },
    messages: readonly DeliveredMessage[],
  ): Promise<readonly Lease[]>;
}

export interface AwsBulk {
  readonly runs: BulkRuns;
  readonly queue: AwsBulkQueue;
  readonly logs: BulkLogs;
  /** Sends messages for entries that wait without one, and says how many. To be called every few minutes while a run is OPEN. */
  repair(run: string): Promise<number>;
  /** Where the run's queue is, for who delivers its messages. */
  queueUrl(run: string): Promise<string | undefined>;
}

/** SQS's most. */
const LONGEST_WAIT_SECONDS = 20;

export function makeAwsBulk(
  clients: Pick<Clients, "dynamodb" | "sqs" | "s3">,
  settings: AwsBulkSettings,
  clock: Clock,
): AwsBulk {
  const { payloadBucket, payloadPrefix, queuePrefix, folder = join(tmpdir(), "cirrus-bulk-logs") } = settings;
  const urls = payloadUrls({ bucket: payloadBucket, prefix: payloadPrefix });
  const place = placeOf(clients, settings, clock);
  const hosts = new Map<string, string>();

  /** Workers make themselves known before they take anything; Lambdas come and go. */
  async function hostOf(run: string, worker: string): Promise<string> {
    const key = `${run}/${worker}`;
    const host = hosts.get(key) ?? (await readHost(run, worker, place)) ?? worker;
    hosts.set(key, host);
    return host;
  }

  return {
    runs: makeAwsBulkRuns(place, queuePrefix),
    logs: makeBulkLogs({ folder, root: urls.bulkRoot }, place),
    queue: {
      async receive(request) {
        const host = await hostOf(request.run, request.worker);
        return receive(request, { host, waitSeconds: settings.waitSeconds ?? LONGEST_WAIT_SECONDS }, place);
      },
      async accept({ run, worker, leaseMs }, messages) {
        const host = await hostOf(run, worker);
        return accept(run, { worker, host, leaseMs }, messages, place);
      },
      extend: (leases, leaseMs) => extend(leases, leaseMs, place),
      finish: (ends) => finish(ends, place),
      release: (leases) => release(leases, place),
      async reportWorker(worker) {
        hosts.set(`${worker.run}/${worker.worker}`, worker.host);
        await putWorker(worker, place);
      },
    },
    async repair(run) {
      const record = await readRun(run, place);
      return record === undefined ? 0 : repairRun(record, place);
    },
    queueUrl: async (run) => (await readRun(run, place))?.queues?.queueUrl,
  };
}

function placeOf(
  { dynamodb, sqs, s3 }: Pick<Clients, "dynamodb" | "sqs" | "s3">,
  { table, payloadBucket, payloadPrefix, random = Math.random, newId = randomUUID }: AwsBulkSettings,
  clock: Clock,
): Place {
  return {
    table: async () => ({ client: await dynamodb(), table, clock, random }),
    sqs,
    objects: makeS3ObjectStore({ s3 }),
    urls: payloadUrls({ bucket: payloadBucket, prefix: payloadPrefix }).bulk,
    clock,
    newId,
    lanes: makeLanes(),
  };
}
