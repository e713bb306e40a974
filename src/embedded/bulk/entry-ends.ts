/** The one place where an attempt ends: its record and the entry's next state, together. */
import type { AttemptEnd } from "../../bulk/attempt.ts";
import { type Next, nextAfter, type Retries, type RetryPolicy } from "../../bulk/retry-policy.ts";
import type { Json } from "../../json.ts";
import type { Database } from "../database/database.ts";

/** An entry that somebody holds. */
export interface Held {
  readonly key: number;
  readonly run: number;
  readonly attempt: number;
  /** As JSON. */
  readonly retries: string | null;
}

/** To be called within a transaction, for what is RUNNING with this attempt. */
export function recordEnd(db: Database, held: Held, end: AttemptEnd, policy: RetryPolicy, now: number): Next {
  const next = nextAfter(policy, parseRetries(held.retries), end);
  writeAttempt(db, held, end);
  db.run(
    `UPDATE bulk_states SET state = ?, due = ?, worker = NULL, until = NULL, retries = ?, reason = ?, updated = ?
     WHERE key = ?`,
    next.state,
    next.state === "QUEUED" && next.delaySeconds > 0 ? Math.ceil(now + next.delaySeconds * 1000) : 0,
    next.state === "QUEUED" ? retriesText(next.retries) : held.retries,
    next.state === "DONE" ? null : next.reason,
    now,
    held.key,
  );
  return next;
}

function writeAttempt(db: Database, { key, attempt }: Held, end: AttemptEnd): void {
  const written = db.run(
    `UPDATE bulk_attempts SET started_at = ?, ended_at = ?, outcome = ?, result = ?, error = ?, exit_code = ?,
       signal = ?, peak_memory = ?, cpu_ms = ?, log = ?
     WHERE entry = ? AND attempt = ? AND outcome IS NULL`,
    end.startedAt,
    end.endedAt,
    end.outcome,
    jsonText(end.result),
    end.error === undefined ? null : JSON.stringify(end.error),
    end.exitCode ?? null,
    end.signal ?? null,
    end.peakMemoryBytes ?? null,
    end.cpuMs ?? null,
    end.log ?? null,
    key,
    attempt,
  );
  if (written !== 1) throw new Error(`Attempt ${attempt} of the entry ${key} has an end already, or never began.`);
}

function jsonText(value: Json | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function parseRetries(text: string | null): Retries {
  return text === null ? {} : (JSON.parse(text) as Retries); // written by `recordEnd`
}

/** Most entries never need any: nothing is stored for them. */
function retriesText(retries: Retries): string | null {
  return Object.keys(retries).length === 0 ? null : JSON.stringify(retries);
}
