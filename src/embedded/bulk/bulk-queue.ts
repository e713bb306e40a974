/**
 * The queue of bulk runs on SQLite. Whole batches are one transaction and one sync to disk, each step one statement over
 * all of them where that is possible.
 */
import type { AttemptEnd } from "../../bulk/attempt.ts";
import type { BulkQueue, FinishOutcome, Lease, Received, ReceiveRequest } from "../../bulk/bulk-store.ts";
import type { RetryPolicy } from "../../bulk/retry-policy.ts";
import { type Clock, isoTime } from "../../clock.ts";
import type { Database } from "../database/database.ts";
import { type CountChange, changeCounts, count, finishIfEnded } from "./bulk-counts.ts";
import { findGone, type Machine, reportWorker, workerKey } from "./bulk-workers.ts";
import { type Held, recordEnd } from "./entry-ends.ts";
import { type EntryColumns, toEntry } from "./entry-rows.ts";
import { endLostLeases, hasLostLeases } from "./lost-leases.ts";
import { findRun, findRunByKey, parseRun, type RunRow } from "./run-rows.ts";

export interface BulkQueueOptions {
  readonly clock: Clock;
  readonly machine: Machine;
  /** The log that an attempt left whose worker is gone, if any. */
  readonly logLeft: (run: string, entryId: string, attempt: number) => string | undefined;
}

export function makeBulkQueue(db: Database, { clock, machine, logLeft }: BulkQueueOptions): BulkQueue {
  function receive(request: ReceiveRequest, gone: readonly number[]): Received {
    const now = clock.now();
    const before = findRun(db, request.run);
    if (before === undefined) return { leases: [], state: "missing" };
    endLostLeases(db, before, { now, gone, logLeft: (id, attempt) => logLeft(before.name, id, attempt) });
    // Where the last entries ended just now, the run is finished.
    const run = findRunByKey(db, before.key) ?? before;
    return { leases: run.state === "OPEN" ? take(db, run, request, now) : [], state: run.state };
  }

  return {
    async receive(request) {
      const run = findRun(db, request.run);
      if (run === undefined) return { leases: [], state: "missing" };
      if (run.state === "LOADING" || run.state === "FINISHED") return { leases: [], state: run.state };
      const gone = findGone(db, run.key, machine);
      // A worker that only looks now and then costs no write.
      const now = clock.now();
      const idle = gone.length === 0 && !hasLostLeases(db, run.key, now);
      if (idle && (run.state !== "OPEN" || dueKeys(db, run.key, 1, now).length === 0)) {
        return { leases: [], state: run.state };
      }
      return db.write(() => receive(request, gone));
    },
    async extend(leases, leaseMs) {
      if (leases.length === 0) return [];
      return db.write(() => leases.filter((lease) => !extend(db, lease, clock.now() + leaseMs)));
    },
    async finish(ends) {
      if (ends.length === 0) return [];
      return db.write(() => finish(db, ends, clock.now()));
    },
    async release(leases) {
      if (leases.length > 0) await db.write(() => release(db, leases, clock.now()));
    },
    reportWorker: (worker) => db.write(() => reportWorker(db, worker)),
  };
}

/** Retries whose time has come, then what waits in the order of the file. */
function dueKeys(db: Database, run: number, max: number, now: number): readonly number[] {
  const waiting = "SELECT key FROM bulk_states WHERE run = ? AND state = 'QUEUED'";
  const retries = db.all<{ key: number }>(
    `${waiting} AND due > 0 AND due <= ? ORDER BY due, key LIMIT ?`,
    run,
    now,
    max,
  );
  const rest = max - retries.length;
  const fresh = rest === 0 ? [] : db.all<{ key: number }>(`${waiting} AND due = 0 ORDER BY key LIMIT ?`, run, rest);
  return [...retries, ...fresh].map(({ key }) => key);
}

interface TakenRow extends EntryColumns {
  key: number;
  attempts: number;
  turn: number;
}

function take(db: Database, run: RunRow, request: ReceiveRequest, now: number): readonly Lease[] {
  const keys = dueKeys(db, run.key, Math.max(0, request.max), now);
  if (keys.length === 0) return [];
  const worker = workerKey(db, run.key, request.worker);
  const until = now + request.leaseMs;
  const list = JSON.stringify(keys);
  db.run(
    `UPDATE bulk_states SET state = 'RUNNING', attempts = attempts + 1, turn = turn + 1, worker = ?, until = ?,
       reason = NULL, updated = ?
     WHERE key IN (SELECT value FROM json_each(?))`,
    worker,
    until,
    now,
    list,
  );
  db.run(
    `INSERT INTO bulk_attempts (entry, attempt, worker, started_at)
     SELECT s.key, s.attempts, s.worker, ? FROM json_each(?) j CROSS JOIN bulk_states s ON s.key = j.value`,
    isoTime(now),
    list,
  );
  changeCounts(db, run.key, { QUEUED: -keys.length, RUNNING: keys.length, attempts: keys.length });
  return db
    .all<TakenRow>(
      `SELECT s.key, e.id, e.line, e.data, s.attempts, s.turn FROM json_each(?) j
       CROSS JOIN bulk_states s ON s.key = j.value CROSS JOIN bulk_entries e ON e.key = j.value ORDER BY j.key`,
      list,
    )
    .map((row) => ({
      run: run.name,
      entry: toEntry(row),
      attempt: row.attempts,
      worker: request.worker,
      until,
      // The count of leases is never used twice: the receipt of an earlier one fits nothing.
      receipt: `${row.key}-${row.turn}`,
    }));
}

/** By its receipt; nobody holds an entry of a run that is being removed. */
const HELD = `key = ? AND turn = ? AND state = 'RUNNING'
  AND EXISTS (SELECT 1 FROM bulk_runs r WHERE r.key = bulk_states.run AND r.name IS NOT NULL)`;

/** Key and turn; a text that is no receipt fits nothing. */
function parseReceipt({ receipt }: Lease): [number, number] {
  const [key, turn] = receipt.split("-").map(Number);
  return [key || 0, turn || 0];
}

function findHeld(db: Database, lease: Lease): Held | undefined {
  return db.get<Held>(
    `SELECT key, run, attempts AS attempt, retries FROM bulk_states WHERE ${HELD}`,
    ...parseReceipt(lease),
  );
}

function extend(db: Database, lease: Lease, until: number): boolean {
  return db.run(`UPDATE bulk_states SET until = ? WHERE ${HELD}`, until, ...parseReceipt(lease)) === 1;
}

type Ends = readonly { readonly lease: Lease; readonly end: AttemptEnd }[];

function finish(db: Database, ends: Ends, now: number): readonly FinishOutcome[] {
  const runs = new Map<number, { readonly policy: RetryPolicy; readonly change: CountChange } | undefined>();
  const runOf = (key: number) => {
    if (!runs.has(key)) {
      const row = findRunByKey(db, key);
      runs.set(key, row && { policy: parseRun(row).policy, change: {} });
    }
    return runs.get(key);
  };
  const outcomes = ends.map(({ lease, end }): FinishOutcome => {
    const held = findHeld(db, lease);
    const run = held && runOf(held.run);
    if (held === undefined || run === undefined) return { outcome: "lost" };
    const next = recordEnd(db, held, end, run.policy, now);
    count(run.change, "RUNNING", -1);
    count(run.change, next.state, 1);
    return { outcome: "recorded", next };
  });
  for (const [key, run] of runs) {
    if (run === undefined) continue;
    changeCounts(db, key, run.change);
    finishIfEnded(db, key, now);
  }
  return outcomes;
}

function release(db: Database, leases: readonly Lease[], now: number): void {
  for (const lease of leases) {
    const held = findHeld(db, lease);
    if (held === undefined) continue;
    db.run("DELETE FROM bulk_attempts WHERE entry = ? AND attempt = ?", held.key, held.attempt);
    db.run(
      `UPDATE bulk_states SET state = 'QUEUED', attempts = attempts - 1, due = 0, worker = NULL, until = NULL, updated = ?
       WHERE key = ?`,
      now,
      held.key,
    );
    changeCounts(db, held.run, { RUNNING: -1, QUEUED: 1, attempts: -1 });
  }
}
