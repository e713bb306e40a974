/** Sees to it that one process at a time builds a thing. Whoever holds the lock and ends, however it ends, holds it no more. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../clock.ts";

const LOOK_MS = 200;

/** `file`: an empty database, whose lock the operating system keeps. Rejects when the signal is aborted first. */
export async function withBuildLock<T>(
  file: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  act: () => Promise<T>,
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    while (!tryLock(database)) await clock.sleep(LOOK_MS, signal);
    return await act();
  } finally {
    database.close();
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && /locked|busy/i.test(thrown.message)) return false;
    throw thrown;
  }
}
