/** What operators do with bulk runs, on SQLite. */
import type { BulkRuns } from "../../bulk/bulk-store.ts";
import { type Clock, isoTime } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import type { Database } from "../database/database.ts";
import { hideRun, purge, requeue, sweepRemoved } from "./bulk-changes.ts";
import { readCounts } from "./bulk-counts.ts";
import { findEntry, listAttempts, listEntries } from "./bulk-queries.ts";
import { listWorkers } from "./bulk-workers.ts";
import { loadRun } from "./load-entries.ts";
import { findRun, parseRun, type RunRow, toRun } from "./run-rows.ts";

export interface BulkRunsOptions {
  readonly clock: Clock;
  /** Removes what the attempts of a run wrote. */
  readonly removeLogs: (run: string) => Promise<void>;
}

export function makeBulkRuns(db: Database, { clock, removeLogs }: BulkRunsOptions): BulkRuns {
  const now = () => clock.now();
  return {
    async load(run, entries, progress) {
      await sweepRemoved(db);
      return loadRun(db, clock, run, { entries, progress });
    },
    async get(name) {
      const row = findRun(db, name);
      return row && toRun(row);
    },
    list: async () => db.all<RunRow>("SELECT * FROM bulk_runs WHERE name IS NOT NULL ORDER BY key DESC").map(toRun),
    counts: async (name) => readCounts(db, findRun(db, name)?.key ?? 0),
    entries: async (query) => listEntries(db, query),
    entry: async (run, id) => findEntry(db, run, id),
    attempts: async (query) => listAttempts(db, query),
    workers: async (run) => listWorkers(db, findRun(db, run)?.key ?? 0),
    setState: (name, from, to, reason) => db.write(() => setState(db, { name, from, to, reason, now: now() })),
    configure: (name, change) => db.write(() => configure(db, name, change, now())),
    requeue: (name, from, ids) => requeue(db, now, { name, from, ids }),
    purge: (name, reason) => purge(db, now, { name, reason }),
    async remove(name) {
      // Before, since nobody knows of them once the run is hidden; and after, since a worker may have written until then.
      await removeLogs(name);
      const removed = await hideRun(db, name);
      await removeLogs(name);
      await sweepRemoved(db);
      return removed;
    },
  };
}

interface StateChange {
  readonly name: string;
  readonly from: readonly string[];
  readonly to: string;
  readonly reason: string | undefined;
  readonly now: number;
}

function setState(db: Database, { name, from, to, reason, now }: StateChange): boolean {
  const changed = db.run(
    `UPDATE bulk_runs SET state = ?, reason = ?, updated = ?, finished_at = ?
     WHERE name = ? AND state IN (SELECT value FROM json_each(?))`,
    to,
    reason ?? null,
    isoTime(now),
    to === "FINISHED" ? isoTime(now) : null,
    name,
    JSON.stringify(from),
  );
  return changed > 0;
}

function configure(db: Database, name: string, change: Parameters<BulkRuns["configure"]>[1], now: number): void {
  const row = findRun(db, name);
  if (row === undefined) {
    throw new CirrusError(`There is no bulk run ${name}.`, {
      hint: "`npx cirrus bulk list` shows those that exist.",
      exitCode: EXIT.notFound,
    });
  }
  const run = JSON.stringify({ ...parseRun(row), ...change });
  db.run("UPDATE bulk_runs SET run = ?, updated = ? WHERE key = ?", run, isoTime(now), row.key);
}
