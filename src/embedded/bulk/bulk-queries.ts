/** The reading side of bulk runs on SQLite: entries and attempts, page by page. */
import type { AttemptError, AttemptOutcome, AttemptRecord } from "../../bulk/attempt.ts";
import type { AttemptQuery, EntryQuery } from "../../bulk/bulk-store.ts";
import { ENTRY_STATES, type EntryRecord, type EntryState } from "../../bulk/entry.ts";
import { isoTime } from "../../clock.ts";
import type { Json } from "../../json.ts";
import type { Page } from "../../pages.ts";
import { decodeCursor, encodeCursor, pageSize } from "../../pages.ts";
import type { Database, SqlValue } from "../database/database.ts";
import { endOfPrefix } from "../database/prefix-range.ts";
import { entryKey, positionOf } from "./entry-keys.ts";
import { type EntryColumns, toEntry } from "./entry-rows.ts";
import { findRun } from "./run-rows.ts";

interface EntryRow extends EntryColumns {
  key: number;
  state: EntryState;
  attempts: number;
  due: number;
  reason: string | null;
  updated: number;
}

const ENTRY = "s.key, e.id, e.line, e.data, s.state, s.attempts, s.due, s.reason, s.updated";

/** In the order of the file; with a prefix in the order of IDs. */
export function listEntries(db: Database, query: EntryQuery): Page<EntryRecord> {
  const run = findRun(db, query.run);
  if (run === undefined) return { rows: [] };
  return query.prefix ? entriesById(db, run.key, query, query.prefix) : entriesByPosition(db, run.key, query);
}

function entriesByPosition(db: Database, run: number, query: EntryQuery): Page<EntryRecord> {
  const limit = pageSize(query.limit);
  const [after] = query.after === undefined ? [0] : decodeCursor("bulk-entries", query.after, [0]);
  const rows = db.all<EntryRow>(
    `SELECT ${ENTRY} FROM bulk_states s CROSS JOIN bulk_entries e ON e.key = s.key
     WHERE s.key > ? AND s.key < ? ${stateTerm(query.state, run)} ORDER BY s.key LIMIT ?`,
    entryKey(run, after),
    entryKey(run + 1, 0),
    limit + 1,
  );
  return pageOf(
    rows,
    limit,
    (row) => toEntryRecord(query.run, row),
    (last) => encodeCursor("bulk-entries", [positionOf(last.key)]),
  );
}

/**
 * Few entries of a large run are in these states: their index leads there. The others are found soonest in the order of the file.
 * The state stands in the SQL itself, or SQLite does not see that the partial index serves.
 */
function stateTerm(state: EntryState | undefined, run: number): string {
  if (state === undefined || !ENTRY_STATES.includes(state)) return "";
  const few = state === "RUNNING" || state === "FAILED" || state === "CANCELLED";
  return `AND s.state = '${state}' ${few ? `AND s.run = ${run}` : ""}`;
}

function entriesById(db: Database, run: number, query: EntryQuery, prefix: string): Page<EntryRecord> {
  const limit = pageSize(query.limit);
  const kind = "bulk-entries-by-id";
  const [after] = query.after === undefined ? [""] : decodeCursor(kind, query.after, [""]);
  const end = endOfPrefix(prefix);
  const values: SqlValue[] = [run, prefix, after];
  if (end !== undefined) values.push(end);
  if (query.state !== undefined) values.push(query.state);
  const rows = db.all<EntryRow>(
    `SELECT ${ENTRY} FROM bulk_entries e CROSS JOIN bulk_states s ON s.key = e.key
     WHERE e.run = ? AND e.id >= ? AND e.id > ? ${end === undefined ? "" : "AND e.id < ?"}
       ${query.state === undefined ? "" : "AND s.state = ?"} ORDER BY e.id LIMIT ?`,
    ...values,
    limit + 1,
  );
  return pageOf(
    rows,
    limit,
    (row) => toEntryRecord(query.run, row),
    (last) => encodeCursor(kind, [last.id]),
  );
}

export function findEntry(db: Database, run: string, id: string): EntryRecord | undefined {
  const row = db.get<EntryRow>(
    `SELECT ${ENTRY} FROM bulk_runs r CROSS JOIN bulk_entries e ON e.run = r.key AND e.id = ?
     CROSS JOIN bulk_states s ON s.key = e.key WHERE r.name = ?`,
    id,
    run,
  );
  return row && toEntryRecord(run, row);
}

function toEntryRecord(run: string, row: EntryRow): EntryRecord {
  return {
    run,
    entry: toEntry(row),
    position: positionOf(row.key),
    state: row.state,
    attempts: row.attempts,
    reason: row.reason ?? undefined,
    dueAt: row.state === "QUEUED" && row.due > 0 ? isoTime(row.due) : undefined,
    updated: isoTime(row.updated),
  };
}

interface AttemptRow {
  entry: number;
  id: string;
  attempt: number;
  worker: string;
  host: string;
  started_at: string;
  ended_at: string | null;
  outcome: AttemptOutcome | null;
  result: string | null;
  error: string | null;
  exit_code: number | null;
  signal: string | null;
  peak_memory: number | null;
  cpu_ms: number | null;
  log: string | null;
}

/** In the order of the file, and of attempts. */
export function listAttempts(db: Database, query: AttemptQuery): Page<AttemptRecord> {
  const run = findRun(db, query.run);
  if (run === undefined) return { rows: [] };
  const limit = pageSize(query.limit);
  const kind = query.entryId === undefined ? "bulk-attempts" : `bulk-attempts-of-${query.entryId}`;
  const position = query.entryId === undefined ? undefined : findEntry(db, query.run, query.entryId)?.position;
  if (query.entryId !== undefined && position === undefined) return { rows: [] };
  const start: [number, number] = [position ?? 0, 0];
  const [after, attempt] = query.after === undefined ? start : decodeCursor(kind, query.after, start);
  const values: SqlValue[] = [
    entryKey(run.key, after),
    attempt,
    position === undefined ? entryKey(run.key + 1, 0) - 1 : entryKey(run.key, position),
  ];
  if (query.outcome !== undefined) values.push(query.outcome);
  const rows = db.all<AttemptRow>(
    `SELECT a.*, w.worker, w.host, e.id FROM bulk_attempts a
     CROSS JOIN bulk_entries e ON e.key = a.entry CROSS JOIN bulk_workers w ON w.key = a.worker
     WHERE (a.entry, a.attempt) > (?, ?) AND a.entry <= ? ${query.outcome === undefined ? "" : "AND a.outcome = ?"}
     ORDER BY a.entry, a.attempt LIMIT ?`,
    ...values,
    limit + 1,
  );
  const cursor = (last: AttemptRow) => encodeCursor(kind, [positionOf(last.entry), last.attempt]);
  return pageOf(rows, limit, (row) => toAttempt(query.run, row), cursor);
}

function toAttempt(run: string, row: AttemptRow): AttemptRecord {
  return {
    run,
    entryId: row.id,
    attempt: row.attempt,
    worker: row.worker,
    host: row.host,
    startedAt: row.started_at,
    ...(row.outcome !== null && row.ended_at !== null && { outcome: row.outcome, endedAt: row.ended_at }),
    // Both were JSON when they were stored.
    result: row.result === null ? undefined : (JSON.parse(row.result) as Json),
    error: row.error === null ? undefined : (JSON.parse(row.error) as AttemptError),
    exitCode: row.exit_code ?? undefined,
    signal: row.signal ?? undefined,
    peakMemoryBytes: row.peak_memory ?? undefined,
    cpuMs: row.cpu_ms ?? undefined,
    log: row.log ?? undefined,
  };
}

/** A page of rows that were asked for with one more than it holds. */
function pageOf<Row, Shown>(
  rows: readonly Row[],
  limit: number,
  show: (row: Row) => Shown,
  cursor: (last: Row) => string,
): Page<Shown> {
  const last = rows[limit - 1];
  const page = { rows: rows.slice(0, limit).map(show) };
  return rows.length > limit && last !== undefined ? { ...page, next: cursor(last) } : page;
}
