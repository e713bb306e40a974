/** How many entries of a run are in each state: changed in the same transaction as the entries, so that it is always exact. */

import type { EntryCounts } from "../../bulk/bulk-run.ts";
import type { EntryState } from "../../bulk/entry.ts";
import { isoTime } from "../../clock.ts";
import type { Database } from "../database/database.ts";

interface CountsRow {
  queued: number;
  running: number;
  done: number;
  failed: number;
  cancelled: number;
  attempts: number;
}

/** What is added to the counts of one run. */
export type CountChange = Partial<Record<EntryState | "attempts", number>>;

export function readCounts(db: Database, run: number): EntryCounts {
  const row = db.get<CountsRow>("SELECT * FROM bulk_counts WHERE run = ?", run);
  return {
    QUEUED: row?.queued ?? 0,
    RUNNING: row?.running ?? 0,
    DONE: row?.done ?? 0,
    FAILED: row?.failed ?? 0,
    CANCELLED: row?.cancelled ?? 0,
    attempts: row?.attempts ?? 0,
  };
}

export function changeCounts(db: Database, run: number, change: CountChange): void {
  const { QUEUED = 0, RUNNING = 0, DONE = 0, FAILED = 0, CANCELLED = 0, attempts = 0 } = change;
  db.run(
    `UPDATE bulk_counts SET queued = queued + ?, running = running + ?, done = done + ?, failed = failed + ?,
       cancelled = cancelled + ?, attempts = attempts + ? WHERE run = ?`,
    QUEUED,
    RUNNING,
    DONE,
    FAILED,
    CANCELLED,
    attempts,
    run,
  );
}

/** A run whose entries have all ended is FINISHED; nobody has to watch it for that. */
export function finishIfEnded(db: Database, run: number, now: number): void {
  db.run(
    `UPDATE bulk_runs SET state = 'FINISHED', reason = NULL, finished_at = ?1, updated = ?1
     WHERE key = ?2 AND state IN ('OPEN', 'STOPPED')
       AND EXISTS (SELECT 1 FROM bulk_counts WHERE run = ?2 AND queued = 0 AND running = 0)`,
    isoTime(now),
    run,
  );
}

/** Adds to one number of a change. */
export function count(change: CountChange, name: keyof CountChange, by: number): void {
  change[name] = (change[name] ?? 0) + by;
}
