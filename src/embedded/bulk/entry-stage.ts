/**
 * Entries of a task file that has been read and not yet been loaded, in a temporary SQLite file: a million of them need
 * no memory, repeated IDs are found, and nothing is changed before the whole file was looked at.
 */
import { createHash } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { EntrySource } from "../../bulk/bulk-store.ts";
import type { Entry } from "../../bulk/entry.ts";
import { explainSqlite } from "../database/sqlite-failures.ts";
import { toEntry } from "./entry-rows.ts";

/** An entry whose ID another one before it has. Positions count from 1; lines are known where the file has them. */
export interface Duplicate {
  readonly id: string;
  readonly position: number;
  readonly line?: number | undefined;
  readonly first: { readonly position: number; readonly line?: number | undefined };
}

export interface EntryStage {
  /** Adds entries after those before; a duplicate is left out and comes back. */
  add(entries: readonly Entry[]): readonly Duplicate[];
  /** SHA-256 of all IDs and data in their order, whatever the form of the file they came from. */
  digest(): string;
  readonly source: EntrySource;
  /** Closes the stage and removes its file. */
  close(): void;
}

type StagedRow = readonly [id: string, line: number | null, data: string];

/** Whatever lies at the path is removed. */
export function openEntryStage(path: string): EntryStage {
  const explained = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      throw explainSqlite(thrown, path);
    }
  };
  const db = explained(() => createStage(path));
  const insert = db.prepare("INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?)");
  const select = db.prepare("SELECT id, line, data FROM entries WHERE position > ? ORDER BY position LIMIT ?");
  // Rows as arrays leave a fifth less memory behind than objects do.
  select.setReturnArrays(true);
  const byId = db.prepare("SELECT position, line FROM entries WHERE id = ?");
  const hash = createHash("sha256");
  let count = 0;

  function duplicateOf({ id, line }: Entry): Duplicate {
    const { position, line: firstLine } = byId.get(id) as { position: number; line: number | null }; // it stood in the way
    return { id, position: count + 1, line, first: { position, line: firstLine ?? undefined } };
  }

  function addAll(entries: readonly Entry[]): Duplicate[] {
    const duplicates: Duplicate[] = [];
    let digested = "";
    for (const entry of entries) {
      const data = JSON.stringify(entry.data);
      if (insert.run(count + 1, entry.id, entry.line ?? null, data).changes === 0) {
        duplicates.push(duplicateOf(entry));
        continue;
      }
      count += 1;
      // JSON texts on lines of their own: no two lists of entries look alike.
      digested += `${JSON.stringify(entry.id)}\n${data}\n`;
    }
    hash.update(digested);
    return duplicates;
  }

  return {
    add: (entries) =>
      explained(() => {
        db.exec("BEGIN");
        const duplicates = addAll(entries);
        db.exec("COMMIT");
        return duplicates;
      }),
    digest: () => hash.copy().digest("hex"),
    source: {
      get count() {
        return count;
      },
      // The columns are those that the SQL selects.
      read: (after, limit) =>
        (select.all(after, limit) as unknown as StagedRow[]).map(([id, line, data]) => toEntry({ id, line, data })),
    },
    close() {
      db.close();
      rmSync(path, { force: true });
    },
  };
}

function createStage(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  const db = new DatabaseSync(path);
  // Nothing has to survive: what is cut off is read again from the task file.
  db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE");
  db.exec(
    "CREATE TABLE entries (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, line INTEGER, data TEXT NOT NULL) STRICT",
  );
  return db;
}
