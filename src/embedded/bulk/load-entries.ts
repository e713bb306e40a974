/** Stores a run with its entries, in steps that leave others room to write; a load that was cut off goes on where it was. */
import type { NewBulkRun } from "../../bulk/bulk-run.ts";
import type { EntrySource, LoadOutcome } from "../../bulk/bulk-store.ts";
import type { Entry } from "../../bulk/entry.ts";
import { type Clock, isoTime } from "../../clock.ts";
import { CirrusError } from "../../errors.ts";
import type { Database } from "../database/database.ts";
import { changeCounts, finishIfEnded } from "./bulk-counts.ts";
import { entryKey } from "./entry-keys.ts";
import { findRun, findRunByKey, parseRun, toRun } from "./run-rows.ts";

/** Entries in one transaction: about 30 ms. */
const STEP = 5000;

/** Entries in memory at a time: what is alive whenever garbage is collected is what V8 enlarges its heap for. */
const READ = 50;

export async function loadRun(
  db: Database,
  clock: Clock,
  run: NewBulkRun,
  { entries, progress }: { readonly entries: EntrySource; readonly progress?: ((stored: number) => void) | undefined },
): Promise<LoadOutcome> {
  const known = await db.write(() => createRun(db, run, clock.now()));
  if (parseRun(known).digest !== run.digest) return { outcome: "exists", run: toRun(known) };
  for (let { stored } = known; stored < run.entries; ) {
    const from = stored;
    stored = await db.write(() => storeStep(db, { name: run.name, key: known.key, from, entries, now: clock.now() }));
    if (stored === from) throw new Error(`${run.entries} entries were announced, and ${stored} came.`);
    progress?.(stored);
  }
  await db.write(() => openRun(db, known.key, clock.now()));
  return { outcome: "loaded" };
}

/** The run of this name, which may be another one. */
function createRun(db: Database, run: NewBulkRun, now: number) {
  const known = findRun(db, run.name);
  if (known !== undefined) return known;
  db.run(
    "INSERT INTO bulk_runs (name, state, run, created, updated) VALUES (?, 'LOADING', ?, ?3, ?3)",
    run.name,
    JSON.stringify(run),
    isoTime(now),
  );
  const created = findRun(db, run.name);
  if (created === undefined) throw new Error(`The run ${run.name} was not stored.`);
  db.run("INSERT INTO bulk_counts (run) VALUES (?)", created.key);
  return created;
}

interface Step {
  readonly name: string;
  readonly key: number;
  /** How many were stored when the step was planned. */
  readonly from: number;
  readonly entries: EntrySource;
  readonly now: number;
}

/** How many are stored after it. Where another process loads the same run, that may be more, or none of this step. */
function storeStep(db: Database, { name, key, from, entries, now }: Step): number {
  const run = findRunByKey(db, key);
  if (run === undefined) throw new CirrusError(`The run ${name} was removed while it was loaded.`);
  if (run.stored !== from) return run.stored;
  let stored = from;
  while (stored < from + STEP) {
    const read = entries.read(stored, Math.min(READ, from + STEP - stored));
    for (const entry of read) {
      stored += 1;
      storeEntry(db, { key, position: stored, entry, now });
    }
    if (read.length === 0) break;
  }
  db.run("UPDATE bulk_runs SET stored = ? WHERE key = ?", stored, key);
  changeCounts(db, key, { QUEUED: stored - from });
  return stored;
}

interface Placed {
  readonly key: number;
  readonly position: number;
  readonly entry: Entry;
  readonly now: number;
}

function storeEntry(db: Database, { key, position, entry: { id, data, line }, now }: Placed): void {
  const entry = entryKey(key, position);
  db.run(
    "INSERT INTO bulk_entries (key, run, id, line, data) VALUES (?, ?, ?, ?, ?)",
    entry,
    key,
    id,
    line ?? null,
    JSON.stringify(data),
  );
  db.run("INSERT INTO bulk_states (key, run, state, updated) VALUES (?, ?, 'QUEUED', ?)", entry, key, now);
}

function openRun(db: Database, key: number, now: number): void {
  db.run("UPDATE bulk_runs SET state = 'OPEN', updated = ? WHERE key = ? AND state = 'LOADING'", isoTime(now), key);
  finishIfEnded(db, key, now);
}
