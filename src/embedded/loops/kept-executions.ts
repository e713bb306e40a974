/** How much is kept of a task: its newest executions. What older ones left as files is removed after their records. */
import type { Database } from "../database/database.ts";

/** Of each task. */
export const KEPT_EXECUTIONS = 1_000;

/** In the transaction that begins another one; what runs stays. False where there was nothing to drop. */
export function dropOldest(db: Database, task: string, most: number): boolean {
  const kept = db.get<{ kept: number }>("SELECT kept FROM loop_tasks WHERE task = ?", task)?.kept ?? 0;
  if (kept <= most) return false;
  const dropped = db.all<{ id: string }>(
    `DELETE FROM loop_executions WHERE outcome IS NOT NULL AND key IN
       (SELECT key FROM loop_executions WHERE task = ? ORDER BY id LIMIT ?) RETURNING id`,
    task,
    kept - most,
  );
  for (const { id } of dropped) db.run("INSERT OR IGNORE INTO loop_leftovers VALUES (?)", id);
  db.run("UPDATE loop_tasks SET kept = kept - ? WHERE task = ?", dropped.length, task);
  return dropped.length > 0;
}

/** Of one step: other writes get their turn between. */
const MOST = 200;

/** Removes the files of executions that were dropped; those of a process that was killed before it came to it, too. */
export function makeSweep(db: Database, remove: (executions: readonly string[]) => Promise<void>): () => void {
  let sweeping = false;

  async function sweep(): Promise<void> {
    for (;;) {
      const ids = db.all<{ execution: string }>("SELECT execution FROM loop_leftovers LIMIT ?", MOST);
      if (ids.length === 0) return;
      const executions = ids.map(({ execution }) => execution);
      await remove(executions);
      const list = JSON.stringify(executions);
      await db.write(() =>
        db.run("DELETE FROM loop_leftovers WHERE execution IN (SELECT value FROM json_each(?))", list),
      );
    }
  }

  return () => {
    if (sweeping) return;
    sweeping = true;
    // Where files cannot be removed now, or the database is closed, they are still known: the next sweep takes them.
    void sweep()
      .catch(() => {})
      .finally(() => {
        sweeping = false;
      });
  };
}
