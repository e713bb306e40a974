/** What workers tell of themselves. */
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { WorkerRecord } from "../../bulk/worker-record.ts";
import { toItem } from "../state/attribute-values.ts";
import { endOf, getItem, queryRange } from "../state/read-items.ts";
import type { Place } from "./place.ts";
import { shardsOf, WORKERS, workerKey } from "./records/keys.ts";
import { readRun } from "./records/run-record.ts";

/** Nothing where the run is gone: nobody asks for its workers then. */
export async function putWorker(worker: WorkerRecord, place: Place): Promise<void> {
  const record = await readRun(worker.run, place);
  if (record === undefined) return;
  const { client, table } = await place.table();
  const Item = { ...workerKey(record.key, worker.worker), ...toItem({ json: JSON.stringify(worker) }) };
  await client.send(new PutItemCommand({ TableName: table, Item }));
}

export async function readWorkers(run: string, place: Place): Promise<readonly WorkerRecord[]> {
  const record = await readRun(run, place);
  if (record === undefined) return [];
  const range = { partitions: shardsOf(record.key), from: WORKERS, to: endOf(WORKERS) };
  const items = await queryRange(range, await place.table());
  return items.map(({ json }) => parse(json?.S)).toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}

export async function readHost(run: string, worker: string, place: Place): Promise<string | undefined> {
  const record = await readRun(run, place);
  const item = record && (await getItem(workerKey(record.key, worker), await place.table()));
  return item && parse(item.json?.S).host;
}

/** What putWorker stored. */
function parse(json = "{}"): WorkerRecord {
  return JSON.parse(json);
}
