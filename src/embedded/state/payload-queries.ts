/** The reading side of the StateStore on SQLite. */

import { decodeCursor, encodeCursor, pageSize } from "../../pages.ts";
import { queryTime } from "../../state/query-time.ts";
import type {
  BoundedCount,
  ListQuery,
  Page,
  PayloadFilter,
  PayloadRecord,
  StateStore,
  Transition,
} from "../../state/state-store.ts";
import { boundedCount } from "../../state/state-store.ts";
import type { Database, SqlValue } from "../database/database.ts";
import { endOfPrefix } from "../database/prefix-range.ts";
import { readActivity } from "./activity.ts";
import { readCounts } from "./facets.ts";
import { type PayloadRow, readPayload, toRecord, toState } from "./payload-rows.ts";

type Queries = Pick<StateStore, "get" | "list" | "listUnsettled" | "counts" | "count" | "activity" | "history">;

export function makePayloadQueries(db: Database): Queries {
  return {
    get: async (payloadIds) => payloadIds.map((id) => readPayload(db, id)),
    list: async (query) => list(db, query),
    listUnsettled: async (query) => listUnsettled(db, query),
    counts: async (filter = {}) => readCounts(db, filter),
    count: async (filter, most) => count(db, filter, most),
    activity: async (query) => readActivity(db, query),
    history: async (payloadId, query = {}) => history(db, payloadId, query),
  };
}

/** The terms of a WHERE clause and the values for their question marks. */
interface Where {
  readonly terms: string[];
  readonly values: SqlValue[];
}

function list(db: Database, query: ListQuery): Page<PayloadRecord> {
  return page(db, whereOf(query), { ...query, order: query.order ?? "newest", kind: "payloads" });
}

function count(db: Database, filter: PayloadFilter, most: number): BoundedCount {
  const where = whereOf(filter);
  const row = db.get<{ count: number }>(
    `SELECT count(*) AS count FROM (SELECT 1 FROM payloads ${sqlOf(where)} LIMIT ?)`,
    ...where.values,
    most + 1,
  );
  return boundedCount(row?.count ?? 0, most);
}

function whereOf(filter: PayloadFilter): Where {
  const where: Where = { terms: [], values: [] };
  equals(where, "workflow", filter.workflow);
  equals(where, "collections", filter.collections);
  equals(where, "organisation", filter.organisation);
  equals(where, "state", filter.state);
  between(where, "updated", { from: filter.since, to: filter.until });
  startsWith(where, "payload_id", filter.idPrefix);
  startsWith(where, "error", filter.errorPrefix);
  return where;
}

function sqlOf({ terms }: Where): string {
  return terms.length > 0 ? `WHERE ${terms.join(" AND ")}` : "";
}

function listUnsettled(
  db: Database,
  query: { readonly before: string; readonly limit?: number; readonly cursor?: string },
): Page<PayloadRecord> {
  const where: Where = {
    // The very words of the partial index, or SQLite does not see that it serves.
    terms: ["(state IN ('CLAIMED', 'PROCESSING') OR effects_pending = 1)", "updated < ?"],
    values: [queryTime(query.before)],
  };
  return page(db, where, { ...query, order: "oldest", kind: "unsettled" });
}

interface PageQuery {
  readonly kind: string;
  readonly order: "newest" | "oldest";
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

function page(db: Database, where: Where, query: PageQuery): Page<PayloadRecord> {
  const limit = pageSize(query.limit);
  const kind = `${query.kind}-${query.order}`;
  const [after, direction] = query.order === "newest" ? ["<", "DESC"] : [">", "ASC"];
  if (query.cursor !== undefined) {
    where.terms.push(`(updated, payload_id) ${after} (?, ?)`);
    where.values.push(...decodeCursor(kind, query.cursor, ["", ""]));
  }
  const rows = db.all<PayloadRow>(
    `SELECT * FROM payloads ${sqlOf(where)}
     ORDER BY updated ${direction}, payload_id ${direction} LIMIT ?`,
    ...where.values,
    limit + 1,
  );
  const items = rows.slice(0, limit).map(toRecord);
  const last = items.at(-1);
  if (rows.length <= limit || last === undefined) return { items };
  return { items, next: encodeCursor(kind, [last.updated, last.payloadId]) };
}

function equals(where: Where, column: string, value: string | undefined): void {
  if (value === undefined) return;
  where.terms.push(`${column} = ?`);
  where.values.push(value);
}

/** Both ends belong to the range. */
function between(where: Where, column: string, range: { from: string | undefined; to: string | undefined }): void {
  if (range.from !== undefined) {
    where.terms.push(`${column} >= ?`);
    where.values.push(queryTime(range.from));
  }
  if (range.to !== undefined) {
    where.terms.push(`${column} <= ?`);
    where.values.push(queryTime(range.to));
  }
}

function startsWith(where: Where, column: string, prefix: string | undefined): void {
  if (!prefix) return;
  where.terms.push(`${column} >= ?`);
  where.values.push(prefix);
  const end = endOfPrefix(prefix);
  if (end === undefined) return;
  where.terms.push(`${column} < ?`);
  where.values.push(end);
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
