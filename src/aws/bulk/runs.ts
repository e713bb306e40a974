/** What operators do with the runs of a stack. */
import { QueryCommand } from "@aws-sdk/client-dynamodb";
import type { EntryCounts } from "../../bulk/bulk-run.ts";
import type { BulkRuns } from "../../bulk/bulk-store.ts";
import { type Item, toAttribute } from "../state/attribute-values.ts";
import { getItems } from "../state/read-items.ts";
import { findEntry, listAttempts, listEntries } from "./lists.ts";
import { load } from "./load.ts";
import type { Place } from "./place.ts";
import { readCounts } from "./records/counts.ts";
import { toEntryRecord } from "./records/entry-item.ts";
import { RUNS, runKey } from "./records/keys.ts";
import { changeRun, configuration, needRun, readRun, setRunState, toRunRecord } from "./records/run-record.ts";
import { removeRun } from "./remove.ts";
import { purgeEntries, requeueEntries } from "./requeue.ts";
import { readWorkers } from "./workers.ts";

export function makeAwsBulkRuns(place: Place, queuePrefix: string | undefined): BulkRuns {
  return {
    load: (run, entries, progress) => load(run, entries, { queuePrefix, progress }, place),
    get: async (name) => (await readRun(name, place))?.run,
    async list() {
      const names = await listNames(place);
      const items = await getItems(names.map(runKey), await place.table());
      return items
        .map((item) => toRunRecord(item).run)
        .toSorted((a, b) => (a.created === b.created ? 0 : a.created < b.created ? 1 : -1));
    },
    async counts(name) {
      const record = await readRun(name, place);
      return record === undefined ? NONE : readCounts(record, place);
    },
    entries: (query) => listEntries(query, place),
    async entry(run, id) {
      const record = await readRun(run, place);
      const item = record && (await findEntry(record, id, place));
      return item && toEntryRecord(run, item, place.objects);
    },
    attempts: (query) => listAttempts(query, place),
    workers: (run) => readWorkers(run, place),
    async setState(name, from, to, reason) {
      const isSet = await setRunState(name, from, to, reason, place);
      return isSet && (to !== "FINISHED" || (await stayFinished(name, place)));
    },
    async configure(name, change) {
      if (!(await changeRun(name, { set: configuration(change) }, place))) await needRun(name, place);
    },
    async requeue(name, from, ids) {
      const record = await readRun(name, place);
      return record === undefined ? 0 : requeueEntries(record, from, ids, place);
    },
    async purge(name, reason) {
      const record = await readRun(name, place);
      return record === undefined ? 0 : purgeEntries(record, reason, place);
    },
    async remove(name) {
      const record = await readRun(name, place);
      if (record === undefined) return false;
      await removeRun(record, place);
      return true;
    },
  };
}

/**
 * Whoever found that every entry has ended may be late: somebody may have had some of them wait again since, and seen a run
 * that was open already. Looked at afterwards, one of the two sees the other.
 */
async function stayFinished(name: string, place: Place): Promise<boolean> {
  const record = await readRun(name, place);
  if (record === undefined) return true;
  const { QUEUED, RUNNING } = await readCounts(record, place);
  if (QUEUED + RUNNING === 0) return true;
  await setRunState(name, ["FINISHED"], "OPEN", undefined, place);
  return false;
}

const NONE: EntryCounts = { QUEUED: 0, RUNNING: 0, DONE: 0, FAILED: 0, CANCELLED: 0, attempts: 0 };

async function listNames(place: Place): Promise<readonly string[]> {
  const { client, table } = await place.table();
  const names: string[] = [];
  let start: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :runs",
        ExpressionAttributeValues: { ":runs": toAttribute(RUNS) },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    names.push(...Items.flatMap(({ sk }) => sk?.S ?? []));
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return names;
}
