/**
 * Stores a run with its entries and their messages. The run's record says how many are stored, so that a load that was cut off
 * goes on there; what was stored twice is there once, and a message that was sent twice does no harm.
 */
import { ConditionalCheckFailedException, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { NewBulkRun } from "../../bulk/bulk-run.ts";
import type { EntrySource, LoadOutcome } from "../../bulk/bulk-store.ts";
import type { Entry } from "../../bulk/entry.ts";
import { isoTime } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { runStatements } from "../state/run-statements.ts";
import { insert } from "../state/statements.ts";
import { inParallel, slices } from "../state/table.ts";
import type { Place } from "./place.ts";
import { sendMessages } from "./queue/messages.ts";
import { makeQueues } from "./queue/queues.ts";
import { keepBody } from "./records/body.ts";
import { newEntryItem } from "./records/entry-item.ts";
import { listingKey, type RunKey } from "./records/keys.ts";
import {
  changeRun,
  needRun,
  newRunItem,
  type Queues,
  type RunRecord,
  readRun,
  setRunState,
} from "./records/run-record.ts";
import { removeRun } from "./remove.ts";

/** Entries that are stored and sent before the record says so; some of them at a time, so that nobody waits for one slow call. */
const CHUNK = 4_000;
const PART = 1_000;

export interface LoadOptions {
  /** What the names of the stack's queues begin with. */
  readonly queuePrefix?: string | undefined;
  readonly progress?: ((stored: number) => void) | undefined;
}

export async function load(
  run: NewBulkRun,
  entries: EntrySource,
  { queuePrefix, progress }: LoadOptions,
  place: Place,
): Promise<LoadOutcome> {
  const before = await readRun(run.name, place);
  // A removal that was cut off is done first: what was left of it is nobody's run.
  if (before?.removing) await removeRun(before, place);
  const record = before === undefined || before.removing ? await create(run, place) : before;
  if (record.run.digest !== run.digest || record.run.entries !== run.entries) {
    return { outcome: "exists", run: record.run };
  }
  const queues = record.queues ?? (await giveQueues(record, queuePrefix, place));
  await store({ ...record, queues }, entries, progress, place);
  await setRunState(run.name, ["LOADING"], "OPEN", undefined, place);
  return { outcome: "loaded" };
}

async function create(run: NewBulkRun, place: Place): Promise<RunRecord> {
  const { client, table, clock } = await place.table();
  const edition = place.newId().replaceAll("-", "").slice(0, 8);
  const Item = newRunItem(run, edition, isoTime(clock.now()));
  // In the list first: a name without a run is none.
  await client.send(new PutItemCommand({ TableName: table, Item: listingKey(run.name) }));
  try {
    await client.send(new PutItemCommand({ TableName: table, Item, ConditionExpression: "attribute_not_exists(pk)" }));
  } catch (thrown) {
    // Somebody else has made one of this name in the same moment, which is this one where the entries are the same.
    if (!(thrown instanceof ConditionalCheckFailedException)) throw thrown;
  }
  return needRun(run.name, place);
}

async function giveQueues(record: RunRecord, prefix: string | undefined, place: Place): Promise<Queues> {
  const { name } = record.run;
  if (prefix === undefined) {
    throw new CirrusError(
      `The run ${name} cannot be loaded from here: it is not said which stack its queues belong to.`,
      {
        exitCode: EXIT.config,
      },
    );
  }
  const queues = await makeQueues(record, prefix, place);
  await changeRun(name, { set: { ...queues }, where: { edition: record.key.edition } }, place);
  return queues;
}

async function store(
  { run, key, queues, loaded }: RunRecord & { readonly queues: Queues },
  entries: EntrySource,
  progress: LoadOptions["progress"],
  place: Place,
): Promise<void> {
  let position = loaded;
  progress?.(position);
  while (position < run.entries) {
    const rows = entries.read(position, Math.min(CHUNK, run.entries - position));
    if (rows.length === 0) throw new Error(`${run.name} has ${run.entries} entries, and only ${position} came.`);
    const first = position + 1;
    const parts = slices(rows, PART).map((part, i) => storeEntries(key, first + i * PART, part, place));
    const messages = rows.map(({ id }, i) => ({ id, position: first + i }));
    // Nobody takes an entry before all are stored, so that a message may be there before its record.
    await Promise.all([...parts, sendMessages(queues.queueUrl, messages, place)]);
    const stored = position + rows.length;
    const where = { edition: key.edition, loaded: position };
    const isAlone = await changeRun(run.name, { set: { loaded: stored }, where }, place);
    // Somebody else loads the same entries: what either has stored is stored.
    position = isAlone ? stored : (await needRun(run.name, place)).loaded;
    progress?.(position);
  }
}

/** Only where it is not there yet: another loader may have opened the run, and a worker may have been at it. */
async function storeEntries(key: RunKey, first: number, rows: readonly Entry[], place: Place): Promise<void> {
  const table = await place.table();
  const urls = place.urls(key.name);
  const items = await inParallel([...rows.entries()], async ([i, entry]) => {
    const data = await keepBody(entry.data, urls.data(first + i), place.objects);
    return newEntryItem(key, entry, first + i, data, table.clock.now());
  });
  await runStatements(
    items.map((item) => insert(table.table, item)),
    table,
  );
}
