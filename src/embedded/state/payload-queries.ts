/** The reading side of the StateStore on SQLite. */

import { decodeCursor, encodeCursor, pageSize } from "../../pages.ts";
import { queryTime } from "../../state/query-time.ts";
import {
  type BoundedCount,
  boundedCount,
  type ListQuery,
  type Page,
  type PayloadFilter,
  type PayloadRecord,
  type StateStore,
  type Transition,
} from "../../state/state-store.ts";
import type { Database } from "../database/database.ts";
import { readActivity } from "./activity.ts";
import { readCounts } from "./facets.ts";
import type { FoundKey } from "./index-path.ts";
import { type Key, keyRange } from "./key-range.ts";
import { type PayloadRow, readPayload, toRecord, toState } from "./payload-rows.ts";
import { countFound, findKeys, knownCount, searchOf } from "./payload-search.ts";

type Queries = Pick<
  StateStore,
  "get" | "list" | "listUnsettled" | "listWaiting" | "counts" | "count" | "activity" | "history"
>;

export function makePayloadQueries(db: Database): Queries {
  return {
    get: async (payloadIds) => payloadIds.map((id) => readPayload(db, id)),
    list: async (query) => list(db, query),
    listUnsettled: async (query) => listUnsettled(db, query),
    listWaiting: async (query) => list(db, { ...query, state: "WAITING", order: "oldest" }),
    counts: async (filter = {}) => readCounts(db, filter),
    count: async (filter, most) => count(db, filter, most),
    activity: async (query) => readActivity(db, query),
    history: async (payloadId, query = {}) => history(db, payloadId, query),
  };
}

function list(db: Database, query: ListQuery): Page<PayloadRecord> {
  const order = query.order ?? "newest";
  const limit = pageSize(query.limit);
  const kind = `payloads-${order}`;
  const range = keyRange(query, order, keyOfCursor(kind, query.cursor));
  return pageOf(db, findKeys(db, searchOf(db, query), range, order, limit + 1), { limit, kind });
}

function count(db: Database, filter: PayloadFilter, most: number): BoundedCount {
  const search = searchOf(db, filter);
  const range = keyRange(filter, "newest", undefined);
  const known = knownCount(search, range);
  if (known !== undefined) return { count: known, atLeast: false };
  return boundedCount(countFound(db, search, range, most + 1), most);
}

function listUnsettled(
  db: Database,
  query: { readonly before: string; readonly limit?: number; readonly cursor?: string },
): Page<PayloadRecord> {
  const limit = pageSize(query.limit);
  const kind = "unsettled-oldest";
  const after = keyOfCursor(kind, query.cursor) ?? { updated: "", payloadId: "" };
  const keys = db.all<FoundKey>(
    // The very words of the partial index, or SQLite does not see that it serves.
    `SELECT rowid AS row, updated, payload_id AS payloadId FROM payloads
     WHERE (state IN ('CLAIMED', 'PROCESSING') OR effects_pending = 1)
       AND (updated, payload_id) > (?, ?) AND updated < ?
     ORDER BY updated, payload_id LIMIT ?`,
    after.updated,
    after.payloadId,
    queryTime(query.before),
    limit + 1,
  );
  return pageOf(db, keys, { limit, kind });
}

function keyOfCursor(kind: string, cursor: string | undefined): Key | undefined {
  if (cursor === undefined) return undefined;
  const [updated, payloadId] = decodeCursor(kind, cursor, ["", ""]);
  return { updated, payloadId };
}

/** One key more than the page holds says that there is another page. */
function pageOf(
  db: Database,
  keys: readonly FoundKey[],
  { limit, kind }: { readonly limit: number; readonly kind: string },
): Page<PayloadRecord> {
  const shown = keys.slice(0, limit);
  const items = readRecords(db, shown);
  const last = shown.at(-1);
  if (keys.length <= limit || last === undefined) return { items };
  return { items, next: encodeCursor(kind, [last.updated, last.payloadId]) };
}

/** A record that another process has changed since its key was found is left out: it has another place by now. */
function readRecords(db: Database, keys: readonly FoundKey[]): readonly PayloadRecord[] {
  const rows = db.all<PayloadRow>(
    "SELECT * FROM payloads WHERE rowid IN (SELECT value FROM json_each(?))",
    JSON.stringify(keys.map(({ row }) => row)),
  );
  const byId = new Map(rows.map((row) => [row.payload_id, row]));
  return keys.flatMap(({ payloadId, updated }) => {
    const row = byId.get(payloadId);
    return row?.updated === updated ? [toRecord(row)] : [];
  });
}

interface TransitionRow {
  payload_id: string;
  version: number;
  from_state: string;
  to_state: string;
  execution: string;
  attempt: number;
  at: string;
  actor: string;
  reason: string;
}

function history(
  db: Database,
  payloadId: string,
  query: { readonly limit?: number; readonly cursor?: string },
): Page<Transition> {
  const limit = pageSize(query.limit);
  const [after] = query.cursor === undefined ? [0] : decodeCursor("transitions", query.cursor, [0]);
  const rows = db.all<TransitionRow>(
    "SELECT * FROM payload_transitions WHERE payload_id = ? AND version > ? ORDER BY version LIMIT ?",
    payloadId,
    after,
    limit + 1,
  );
  const items = rows.slice(0, limit).map(toTransition);
  const last = items.at(-1);
  if (rows.length <= limit || last === undefined) return { items };
  return { items, next: encodeCursor("transitions", [last.version]) };
}

function toTransition(row: TransitionRow): Transition {
  return {
    payloadId: row.payload_id,
    version: row.version,
    from: row.from_state === "none" ? "none" : toState(row.from_state),
    to: toState(row.to_state),
    execution: row.execution,
    attempt: row.attempt,
    at: row.at,
    actor: row.actor,
    reason: row.reason,
  };
}
