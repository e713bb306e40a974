/** What changes many entries of a run at once, in steps that leave others room to write. */
import { type EntryState, hasEnded } from "../../bulk/entry.ts";
import { isoTime } from "../../clock.ts";
import type { Database, SqlValue } from "../database/database.ts";
import { changeCounts, finishIfEnded } from "./bulk-counts.ts";
import { entryKey } from "./entry-keys.ts";
import { findRun, type RunRow } from "./run-rows.ts";

/** Positions in one transaction: about 30 ms. */
const STEP = 5000;

/** Keys of a run, both ends included, step by step. */
function* steps(run: RunRow): Iterable<[number, number]> {
  for (let from = 0; from < run.stored; from += STEP)
    yield [entryKey(run.key, from + 1), entryKey(run.key, from + STEP)];
}

export async function requeue(
  db: Database,
  now: () => number,
  { name, from, ids }: { name: string; from: readonly EntryState[]; ids?: readonly string[] | undefined },
): Promise<number> {
  const run = findRun(db, name);
  if (run === undefined) return 0;
  // What waits or runs has its turn already.
  const states = from.filter(hasEnded);
  const wake = (where: string, ...values: SqlValue[]) =>
    db.write(() => {
      const woken = states.reduce(
        (sum, state) => sum + requeueState(db, run.key, { state, now: now(), where, values }),
        0,
      );
      if (woken > 0) reopen(db, run.key, now());
      return woken;
    });
  let count = 0;
  if (ids === undefined) {
    for (const [first, last] of steps(run)) count += await wake("key BETWEEN ? AND ?", first, last);
    return count;
  }
  for (let at = 0; at < ids.length; at += STEP) {
    count += await wake(
      "key IN (SELECT e.key FROM json_each(?) j CROSS JOIN bulk_entries e ON e.run = ? AND e.id = j.value)",
      JSON.stringify(ids.slice(at, at + STEP)),
      run.key,
    );
  }
  return count;
}

interface Woken {
  readonly state: EntryState;
  readonly now: number;
  readonly where: string;
  readonly values: readonly SqlValue[];
}

function requeueState(db: Database, run: number, { state, now, where, values }: Woken): number {
  const woken = db.run(
    `UPDATE bulk_states SET state = 'QUEUED', due = 0, retries = NULL, reason = NULL, updated = ?
     WHERE state = ? AND ${where}`,
    now,
    state,
    ...values,
  );
  changeCounts(db, run, { [state]: -woken, QUEUED: woken });
  return woken;
}

function reopen(db: Database, run: number, now: number): void {
  db.run(
    `UPDATE bulk_runs SET state = 'OPEN', reason = NULL, finished_at = NULL, updated = ?
     WHERE key = ? AND state IN ('STOPPED', 'FINISHED')`,
    isoTime(now),
    run,
  );
}

export async function purge(
  db: Database,
  now: () => number,
  { name, reason }: { name: string; reason: string },
): Promise<number> {
  const run = findRun(db, name);
  if (run === undefined) return 0;
  let count = 0;
  for (const [first, last] of steps(run)) {
    count += await db.write(() => {
      const cancelled = db.run(
        `UPDATE bulk_states SET state = 'CANCELLED', reason = ?, updated = ?
         WHERE key BETWEEN ? AND ? AND state = 'QUEUED'`,
        reason,
        now(),
        first,
        last,
      );
      changeCounts(db, run.key, { QUEUED: -cancelled, CANCELLED: cancelled });
      finishIfEnded(db, run.key, now());
      return cancelled;
    });
  }
  return count;
}

/** Takes the run out of everyone's sight; what it leaves goes with `sweepRemoved`. False where there is none. */
export async function hideRun(db: Database, name: string): Promise<boolean> {
  return (await db.write(() => db.run("UPDATE bulk_runs SET name = NULL WHERE name = ?", name))) > 0;
}

/** Deletes what belongs to runs that were removed, also where a process was killed in the middle of it. */
export async function sweepRemoved(db: Database): Promise<void> {
  for (const run of db.all<RunRow>("SELECT * FROM bulk_runs WHERE name IS NULL")) {
    for (const [first, last] of steps(run)) {
      await db.write(() => {
        db.run("DELETE FROM bulk_attempts WHERE entry BETWEEN ? AND ?", first, last);
        db.run("DELETE FROM bulk_states WHERE key BETWEEN ? AND ?", first, last);
        db.run("DELETE FROM bulk_entries WHERE key BETWEEN ? AND ?", first, last);
      });
    }
    await db.write(() => {
      db.run("DELETE FROM bulk_workers WHERE run = ?", run.key);
      db.run("DELETE FROM bulk_counts WHERE run = ?", run.key);
      db.run("DELETE FROM bulk_runs WHERE key = ?", run.key);
    });
  }
}
