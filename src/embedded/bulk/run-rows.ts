/** The rows of bulk runs, and what they say. */
import type { BulkRun, NewBulkRun, RunState } from "../../bulk/bulk-run.ts";
import type { Database } from "../database/database.ts";

export interface RunRow {
  key: number;
  name: string;
  state: RunState;
  reason: string | null;
  stored: number;
  run: string;
  created: string;
  updated: string;
  finished_at: string | null;
}

export function findRun(db: Database, name: string): RunRow | undefined {
  return db.get<RunRow>("SELECT * FROM bulk_runs WHERE name = ?", name);
}

/** By its key; undefined also for one that is being removed. */
export function findRunByKey(db: Database, key: number): RunRow | undefined {
  return db.get<RunRow>("SELECT * FROM bulk_runs WHERE key = ? AND name IS NOT NULL", key);
}

/** What the run was loaded or configured with. */
export function parseRun(row: RunRow): NewBulkRun {
  return JSON.parse(row.run) as NewBulkRun; // only `load` and `configure` write it
}

export function toRun(row: RunRow): BulkRun {
  return {
    ...parseRun(row),
    name: row.name,
    state: row.state,
    reason: row.reason ?? undefined,
    created: row.created,
    updated: row.updated,
    finishedAt: row.finished_at ?? undefined,
  };
}
