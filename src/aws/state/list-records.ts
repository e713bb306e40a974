/**
 * Lists records by time. The indexes hold keys only; the records are read by them, so that a page shows what is true
 * now: an entry whose record has moved on since is left out, for it is found at its new place.
 */
import { decodeCursor, encodeCursor, pageSize } from "../../pages.ts";
import { queryTime } from "../../state/query-time.ts";
import type { ListQuery, Page, PayloadRecord, StateStore } from "../../state/state-store.ts";
import { chosenEntries } from "./chosen-entries.ts";
import { getItems } from "./get-records.ts";
import { type Entry, entriesOf, FIRST, LAST, type Listing, type Order } from "./index-entries.ts";
import { SHARDS, sortKey, UNSETTLED, waitingKey } from "./keys.ts";
import { toRecord } from "./record-item.ts";
import type { Table } from "./table.ts";

export async function listRecords(query: ListQuery, table: Table): Promise<Page<PayloadRecord>> {
  const order = query.order ?? "newest";
  const limit = pageSize(query.limit);
  const kind = `payloads-${order}`;
  const after = keyOfCursor(kind, query.cursor);
  const chosen = await chosenEntries(query, table);
  const listing = { ...chosen, ...rangeOf(order, { ...chosen, after }) };
  return readPage({ ...listing, order, wanted: limit + 1 }, { limit, kind }, table);
}

export async function listUnsettledRecords(
  query: Parameters<StateStore["listUnsettled"]>[0],
  table: Table,
): Promise<Page<PayloadRecord>> {
  return oldestOf(SHARDS, { ...query, to: queryTime(query.before), kind: "unsettled-oldest" }, table);
}

export async function listWaitingRecords(
  query: Parameters<StateStore["listWaiting"]>[0],
  table: Table,
): Promise<Page<PayloadRecord>> {
  return oldestOf(SHARDS.map(waitingKey), { ...query, kind: "waiting-oldest" }, table);
}

interface OldestQuery {
  readonly kind: string;
  readonly to?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

async function oldestOf(partitions: readonly string[], query: OldestQuery, table: Table): Promise<Page<PayloadRecord>> {
  const { kind, to } = query;
  const order = "oldest";
  const limit = pageSize(query.limit);
  const range = rangeOf(order, { to, after: keyOfCursor(kind, query.cursor) });
  const listing = { index: UNSETTLED, partitionKey: "unsettled", partitions, ...range };
  return readPage({ ...listing, order, wanted: limit + 1 }, { limit, kind }, table);
}

function keyOfCursor(kind: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const [updated, payloadId] = decodeCursor(kind, cursor, ["", ""]);
  return sortKey(updated ?? "", payloadId ?? "");
}

interface Bounds {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly after?: string | undefined;
}

/** The page before ended at `after`, inside of the range or, with another range asked for since, beyond it. */
function rangeOf(order: Order, { from = FIRST, to = LAST, after }: Bounds): Pick<Listing, "from" | "to" | "after"> {
  if (after === undefined) return { from, to };
  if (order === "newest") return { from, to: compare(after, to) < 0 ? after : to, after };
  return { from: compare(after, from) > 0 ? after : from, to, after };
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

interface PageOf {
  readonly limit: number;
  readonly kind: string;
}

async function readPage(listing: Listing, { limit, kind }: PageOf, table: Table): Promise<Page<PayloadRecord>> {
  const entries = entriesOf(listing, table);
  const items: PayloadRecord[] = [];
  let last: Entry | undefined;
  let next = await entries.next();
  while (next.value && items.length < limit) {
    const chunk: Entry[] = [];
    while (next.value && items.length + chunk.length < limit) {
      chunk.push(next.value);
      next = await entries.next();
    }
    items.push(...(await recordsOf(chunk, table)));
    last = chunk.at(-1);
  }
  if (!next.value || last === undefined) return { items };
  return { items, next: encodeCursor(kind, [last.updated, last.payloadId]) };
}

async function recordsOf(entries: readonly Entry[], table: Table): Promise<readonly PayloadRecord[]> {
  const items = await getItems(
    entries.map(({ payloadId }) => payloadId),
    table,
  );
  return entries.flatMap(({ payloadId, updated }) => {
    const item = items.get(payloadId);
    return item?.updated?.S === updated ? [toRecord(item)] : [];
  });
}
