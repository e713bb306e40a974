/** The processes that share a database: who drives an execution, and whether that one is still alive. */
import { randomUUID } from "node:crypto";
import { type Clock, isoTime } from "../../clock.ts";
import type { Database } from "../database/database.ts";
import { isRunning, processIdentity } from "../processes/processes.ts";

export interface Runtime {
  readonly id: string;
  /** False for an ID that was closed or never registered, and for a process that has ended, however it ended. */
  isAlive(id: string): boolean;
  close(): void;
}

interface RuntimeRow {
  id: string;
  pid: number;
  identity: string;
}

export interface RuntimeOptions {
  readonly clock: Clock;
  readonly newId?: () => string;
}

export function registerRuntime(db: Database, { clock, newId = randomUUID }: RuntimeOptions): Runtime {
  const id = newId();
  const identity = processIdentity(process.pid);
  if (identity === undefined) throw new Error(`The system does not know the process ${process.pid} that is running.`);

  db.transaction(() => {
    for (const row of db.all<RuntimeRow>("SELECT id, pid, identity FROM runtimes")) {
      if (!isRunning(row)) db.run("DELETE FROM runtimes WHERE id = ?", row.id);
    }
    db.run("INSERT INTO runtimes VALUES (?, ?, ?, ?)", id, process.pid, identity, isoTime(clock.now()));
  });

  return {
    id,
    isAlive(other) {
      const row = db.get<RuntimeRow>("SELECT id, pid, identity FROM runtimes WHERE id = ?", other);
      return row !== undefined && isRunning(row);
    },
    close() {
      db.run("DELETE FROM runtimes WHERE id = ?", id);
    },
  };
}
