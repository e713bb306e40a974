/** Pages of entries and attempts, in the order of the run's file. */
import { QueryCommand } from "@aws-sdk/client-dynamodb";
import type { AttemptRecord } from "../../bulk/attempt.ts";
import type { AttemptQuery, EntryQuery } from "../../bulk/bulk-store.ts";
import type { EntryRecord } from "../../bulk/entry.ts";
import type { Page } from "../../pages.ts";
import { decodeCursor, encodeCursor, pageSize } from "../../pages.ts";
import { type Item, toAttribute } from "../state/attribute-values.ts";
import type { Filter } from "../state/query-partition.ts";
import { endOf, getItem, getItems, queryRange } from "../state/read-items.ts";
import { inParallel } from "../state/table.ts";
import type { Place } from "./place.ts";
import { toAttempt } from "./records/attempt-item.ts";
import { toEntryRecord } from "./records/entry-item.ts";
import { attemptSort, BY_ID, entryKey, entrySort, idKey, type RunKey, shardsOf } from "./records/keys.ts";
import { type RunRecord, readRun } from "./records/run-record.ts";

const ENTRIES = "bulk-entries";
const ATTEMPTS = "bulk-attempts";

export async function listEntries(query: EntryQuery, place: Place): Promise<Page<EntryRecord>> {
  const limit = pageSize(query.limit);
  const [after] = query.after === undefined ? [0] : decodeCursor(ENTRIES, query.after, [0]);
  const record = await readRun(query.run, place);
  if (record === undefined) return { rows: [] };
  const found = await findEntries(record, { after, wanted: limit + 1, filter: entryFilter(query) }, place);
  const rows = await inParallel(found.slice(0, limit), (item) => toEntryRecord(query.run, item, place.objects));
  const last = rows.at(-1);
  return { rows, ...(found.length > limit && last && { next: encodeCursor(ENTRIES, [last.position]) }) };
}

interface Wish {
  /** Position that they come after. */
  readonly after: number;
  readonly wanted: number;
  readonly filter?: Filter | undefined;
}

/** In order of their positions; those beyond the number that is wanted are found where they cost no further look. */
export async function findEntries(
  { key, loaded }: RunRecord,
  { after, wanted, filter }: Wish,
  place: Place,
): Promise<readonly Item[]> {
  const table = await place.table();
  return inWindows({ after, last: loaded, wanted, first: filter ? LEAST_WINDOW : wanted }, async (from, to) => {
    if (filter) return queryRange(rangeOf(key, from, to, [entrySort(from), entrySort(to)], filter), table);
    const positions = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const keys = positions.map((position) => entryKey(key, position));
    return getItems(keys, table);
  });
}

function entryFilter({ state, prefix }: EntryQuery): Filter | undefined {
  if (state === undefined && prefix === undefined) return undefined;
  const tests = [state !== undefined && "#state = :state", prefix !== undefined && "begins_with(#id, :prefix)"];
  return {
    expression: tests.filter(Boolean).join(" AND "),
    names: { ...(state !== undefined && { "#state": "state" }), ...(prefix !== undefined && { "#id": "id" }) },
    values: {
      ...(state !== undefined && { ":state": toAttribute(state) }),
      ...(prefix !== undefined && { ":prefix": toAttribute(prefix) }),
    },
  };
}

/** Undefined where no entry has it. IDs never change: that an index is late matters for a moment after a load alone. */
export async function findEntry({ key }: RunRecord, id: string, place: Place): Promise<Item | undefined> {
  const table = await place.table();
  const { Items: [found] = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.table,
      IndexName: BY_ID,
      KeyConditionExpression: "idKey = :id",
      ExpressionAttributeValues: { ":id": toAttribute(idKey(key, id)) },
      Limit: 1,
    }),
  );
  if (found?.pk === undefined || found.sk === undefined) return undefined;
  return getItem({ pk: found.pk, sk: found.sk }, table);
}

export async function listAttempts(query: AttemptQuery, place: Place): Promise<Page<AttemptRecord>> {
  const limit = pageSize(query.limit);
  const after: Key = query.after === undefined ? [0, 0] : decodeCursor(ATTEMPTS, query.after, [0, 0]);
  const record = await readRun(query.run, place);
  if (record === undefined) return { rows: [] };
  const only = query.entryId === undefined ? undefined : await findEntry(record, query.entryId, place);
  if (query.entryId !== undefined && only === undefined) return { rows: [] };
  const position = only && Number(only.position?.N);
  const found = await findAttempts(record, { after, wanted: limit + 1, outcome: query.outcome, position }, place);
  const rows = await inParallel(found.slice(0, limit), (item) => toAttempt(query.run, item, place.objects));
  const last = found.slice(0, limit).at(-1);
  return { rows, ...(found.length > limit && last && { next: encodeCursor(ATTEMPTS, keyOf(last)) }) };
}

/** Position of the entry, number of the attempt: an attempt keeps its place when it ends. */
type Key = readonly [number, number];

function keyOf({ position, attempt, attempts }: Item): Key {
  return [Number(position?.N), Number((attempt ?? attempts)?.N)];
}

interface AttemptWish {
  readonly after: Key;
  readonly wanted: number;
  readonly outcome?: string | undefined;
  /** Of one entry alone. */
  readonly position?: number | undefined;
}

async function findAttempts(
  { key, loaded }: RunRecord,
  { after: [afterPosition, afterAttempt], wanted, outcome, position }: AttemptWish,
  place: Place,
): Promise<readonly Item[]> {
  const table = await place.table();
  const ended: Filter | undefined =
    outcome === undefined
      ? undefined
      : {
          expression: "#outcome = :outcome",
          names: { "#outcome": "outcome" },
          values: { ":outcome": toAttribute(outcome) },
        };
  const look = async (from: number, to: number): Promise<readonly Item[]> => {
    const bounds = [attemptSort(from), endOf(attemptSort(to))] as const;
    const found = await Promise.all([
      queryRange(rangeOf(key, from, to, bounds, ended), table),
      outcome === undefined ? queryRange(rangeOf(key, from, to, [entrySort(from), entrySort(to)], RUNNING), table) : [],
    ]);
    return found.flat().filter((item) => {
      const [at, attempt] = keyOf(item);
      return at > afterPosition || attempt > afterAttempt;
    });
  };
  // The page before may have ended between two attempts of one entry.
  const after = position === undefined ? Math.max(0, afterPosition - 1) : position - 1;
  return inWindows({ after, last: position ?? loaded, wanted, first: LEAST_WINDOW }, look);
}

const RUNNING: Filter = {
  expression: "#state = :running",
  names: { "#state": "state" },
  values: { ":running": toAttribute("RUNNING") },
};

/** A range of positions in all shards that have any of them. */
function rangeOf(key: RunKey, first: number, last: number, [from, to]: readonly [string, string], filter?: Filter) {
  const shards = shardsOf(key);
  const count = Math.min(shards.length, last - first + 1);
  const partitions = Array.from({ length: count }, (_, i) => shards[(first + i) % shards.length] ?? "");
  return { partitions, from, to, filter };
}

/** What a query of every shard reads in one answer, more or less. */
const LEAST_WINDOW = 2_000;
/** What is held in memory, should all of it be wanted. */
const MOST_WINDOW = 64_000;

interface Windows {
  readonly after: number;
  readonly last: number;
  readonly wanted: number;
  /** Positions of the first one. */
  readonly first: number;
}

/** Looks through the positions, more of them each time, until enough was found or all were seen. */
async function inWindows(
  { after, last, wanted, first }: Windows,
  look: (from: number, to: number) => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  let size = first;
  for (let from = after + 1; from <= last && found.length < wanted; ) {
    const to = Math.min(last, from + size - 1);
    const some = await look(from, to);
    found.push(...some.toSorted((a, b) => compare(keyOf(a), keyOf(b))));
    from = to + 1;
    size = Math.min(MOST_WINDOW, size * 2);
  }
  return found;
}

function compare([positionA, attemptA]: Key, [positionB, attemptB]: Key): number {
  return positionA - positionB || attemptA - attemptB;
}
