/** The different errors that begin alike: from each one straight to the next, however many payloads have it. */
import type { Database } from "../database/database.ts";

/** More different ones are not told apart: a run of the index for each would cost more than it saves. */
const MOST = 200;

/** In order; undefined where there are too many. */
export function errorsOf(db: Database, prefix: string): readonly string[] | undefined {
  const errors: string[] = [];
  let next = nextError(db, ">=", prefix);
  while (next?.startsWith(prefix)) {
    if (errors.length === MOST) return undefined;
    errors.push(next);
    next = nextError(db, ">", next);
  }
  return errors;
}

function nextError(db: Database, sign: ">" | ">=", than: string): string | undefined {
  return db.get<{ error: string }>(
    `SELECT error FROM payloads INDEXED BY payloads_error WHERE error ${sign} ? ORDER BY error LIMIT 1`,
    than,
  )?.error;
}
