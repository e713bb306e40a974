/** Counts what is made durable on disk, and measures how fast the disk alone would be. Import it before any database is opened. */
import { mkdtempSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";

export interface DurableWrites {
  readonly commits: number;
  /** Files and folders. */
  readonly fileSyncs: number;
}

/** Counts from now on, in this process. */
export async function countDurableWrites(): Promise<() => DurableWrites> {
  let commits = 0;
  let fileSyncs = 0;
  const { prepare } = DatabaseSync.prototype;
  DatabaseSync.prototype.prepare = function (sql, ...rest) {
    const statement = prepare.call(this, sql, ...rest);
    if (sql !== "COMMIT") return statement;
    const run = statement.run.bind(statement);
    return Object.assign(statement, {
      run() {
        commits++;
        return run();
      },
    });
  };
  const handle = await open(fileURLToPath(import.meta.url));
  const prototype: FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  const { sync } = prototype;
  prototype.sync = function () {
    fileSyncs++;
    return sync.call(this);
  };
  return () => ({ commits, fileSyncs });
}

/** Durable commits a second, one after another, of a row of `bytes`, with the settings of the runtime's own database. */
export function rawCommits(folder: string, { bytes, ms }: { readonly bytes: number; readonly ms: number }): number {
  const place = mkdtempSync(join(folder, "raw-"));
  const db = new DatabaseSync(join(place, "raw.db"));
  try {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000");
    db.exec("CREATE TABLE rows (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT");
    const insert = db.prepare("INSERT INTO rows (body) VALUES (?)");
    const body = "x".repeat(bytes);
    const start = performance.now();
    let count = 0;
    for (; performance.now() - start < ms; count++) insert.run(body);
    return count / ((performance.now() - start) / 1000);
  } finally {
    db.close();
    rmSync(place, { recursive: true });
  }
}
