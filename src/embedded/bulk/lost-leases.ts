/** Ends the attempts of workers that are gone, by the run's policy, before anyone is given their entries. */

import type { AttemptEnd } from "../../bulk/attempt.ts";
import { isoTime } from "../../clock.ts";
import type { Database } from "../database/database.ts";
import { type CountChange, changeCounts, count, finishIfEnded } from "./bulk-counts.ts";
import { endWorker } from "./bulk-workers.ts";
import { type Held, recordEnd } from "./entry-ends.ts";
import { parseRun, type RunRow } from "./run-rows.ts";

interface LostRow extends Held {
  readonly id: string;
  readonly worker: string;
  readonly ended: number;
  readonly started_at: string;
}

export interface LostLeases {
  readonly now: number;
  /** Keys of workers that were found gone. */
  readonly gone: readonly number[];
  /** The log that an attempt left, if any. */
  readonly logLeft: (entryId: string, attempt: number) => string | undefined;
}

/** True where a lease of the run has run out. */
export function hasLostLeases(db: Database, run: number, now: number): boolean {
  const expired = "SELECT 1 FROM bulk_states WHERE run = ? AND state = 'RUNNING' AND until <= ? LIMIT 1";
  return db.get(expired, run, now) !== undefined;
}

/** To be called within a transaction. */
export function endLostLeases(db: Database, run: RunRow, { now, gone, logLeft }: LostLeases): void {
  for (const worker of gone) endWorker(db, run.key, worker, now);
  const lost = db.all<LostRow>(
    `SELECT s.key, s.run, s.attempts AS attempt, s.retries, e.id, w.worker, w.ended, a.started_at
     FROM bulk_states s
     CROSS JOIN bulk_entries e ON e.key = s.key
     CROSS JOIN bulk_attempts a ON a.entry = s.key AND a.attempt = s.attempts
     CROSS JOIN bulk_workers w ON w.key = s.worker
     WHERE s.run = ? AND s.state = 'RUNNING' AND s.until <= ?`,
    run.key,
    now,
  );
  if (lost.length === 0) return;
  const { policy } = parseRun(run);
  const change: CountChange = {};
  for (const row of lost) {
    const next = recordEnd(db, row, endOf(row, now, logLeft(row.id, row.attempt)), policy, now);
    count(change, "RUNNING", -1);
    count(change, next.state, 1);
  }
  changeCounts(db, run.key, change);
  finishIfEnded(db, run.key, now);
}

function endOf({ worker, ended, started_at }: LostRow, now: number, log: string | undefined): AttemptEnd {
  const what = ended === 1 ? "is gone" : "was not heard of for as long as it held the entry";
  return {
    outcome: "spot",
    error: { name: "WorkerLost", message: `the worker ${worker} ${what}` },
    startedAt: started_at,
    endedAt: isoTime(now),
    log,
  };
}
