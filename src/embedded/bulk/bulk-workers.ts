/** The workers of a run, and which of them are known to be gone: on one machine the system says so at once. */

import type { WorkerRecord } from "../../bulk/worker-record.ts";
import { isoTime } from "../../clock.ts";
import type { Database } from "../database/database.ts";
import { findRun } from "./run-rows.ts";

/** Keeps what is known of a worker; nothing where its run is gone. */
export function reportWorker(db: Database, record: WorkerRecord): void {
  const run = findRun(db, record.run);
  if (run === undefined) return;
  db.run(
    `INSERT INTO bulk_workers (run, worker, host, pid, identity, ended, record) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (run, worker) DO UPDATE SET host = excluded.host, pid = excluded.pid, identity = excluded.identity,
       ended = excluded.ended, record = excluded.record`,
    run.key,
    record.worker,
    record.host,
    record.process?.pid ?? null,
    record.process?.identity ?? null,
    record.endedAt === undefined ? 0 : 1,
    JSON.stringify(record),
  );
}

/** The number that entries and attempts know a worker by. */
export function workerKey(db: Database, run: number, worker: string): number {
  const find = () => db.get<{ key: number }>("SELECT key FROM bulk_workers WHERE run = ? AND worker = ?", run, worker);
  const known = find();
  if (known !== undefined) return known.key;
  db.run("INSERT INTO bulk_workers (run, worker) VALUES (?, ?)", run, worker);
  return find()?.key ?? 0;
}

export function listWorkers(db: Database, run: number): readonly WorkerRecord[] {
  return db
    .all<{ record: string }>("SELECT record FROM bulk_workers WHERE run = ? AND record IS NOT NULL ORDER BY key", run)
    .map(({ record }) => JSON.parse(record) as WorkerRecord); // written by `reportWorker`
}

/** How this machine tells whether a process is still there. */
export interface Machine {
  /** Its name: processes of other machines (and of containers) that share the file are not looked for here. */
  readonly host: string;
  isRunning(process: { readonly pid: number; readonly identity: string }): boolean;
}

/** Keys of the workers of a run that have not said that they ended, and whose process is gone. */
export function findGone(db: Database, run: number, machine: Machine): readonly number[] {
  return db
    .all<{ key: number; pid: number; identity: string }>(
      `SELECT key, pid, identity FROM bulk_workers
       WHERE run = ? AND ended = 0 AND pid IS NOT NULL AND host = ?`,
      run,
      machine.host,
    )
    .flatMap(({ key, pid, identity }) => (machine.isRunning({ pid, identity }) ? [] : [key]));
}

/** Says of a worker what it could not say itself; its leases are over. */
export function endWorker(db: Database, run: number, worker: number, now: number): void {
  db.run(
    `UPDATE bulk_workers SET ended = 1, record = json_set(record, '$.endedAt', ?, '$.reason', 'its process was killed')
     WHERE key = ? AND ended = 0`,
    isoTime(now),
    worker,
  );
  db.run("UPDATE bulk_states SET until = 0 WHERE run = ? AND state = 'RUNNING' AND worker = ?", run, worker);
}
