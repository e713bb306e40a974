/** Sees to it that one process at a time builds a thing. Whoever holds the lock and ends, however it ends, holds it no more. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "../../clock.ts";
import { tryProcessLock } from "../processes/process-lock.ts";

const LOOK_MS = 200;

/** Rejects when the signal is aborted first. */
export async function withBuildLock<T>(
  file: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  act: () => Promise<T>,
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  let lock = tryProcessLock(file);
  while (lock === undefined) {
    await clock.sleep(LOOK_MS, signal);
    lock = tryProcessLock(file);
  }
  try {
    return await act();
  } finally {
    lock.release();
  }
}
