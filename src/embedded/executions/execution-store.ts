/** Executions and their histories as rows. Everything here belongs to the transaction of its caller. */
import type { NewEvent } from "../../asl/run.ts";
import type { ExecutionKey, HistoryEvent } from "../../executions/executions.ts";
import type { JsonObject } from "../../json.ts";
import type { Database } from "../database/database.ts";
import type { Definition } from "./definitions.ts";

export type Status = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

export interface ExecutionRow {
  readonly seq: number;
  readonly workflow: string;
  readonly name: string;
  readonly arn: string;
  readonly machine_arn: string;
  readonly definition_hash: string;
  readonly status: Status;
  readonly input: string;
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
  readonly started_at: string;
  readonly stopped_at: string | null;
  /** ID of the process that drives it, or did. */
  readonly owner: string;
  /** Number of events in its history. */
  readonly events: number;
  readonly redrives: number;
  readonly redriven_at: string | null;
}

export interface NewExecution extends ExecutionKey {
  readonly arn: string;
  readonly machineArn: string;
  readonly definition: Definition;
  readonly input: string;
  readonly startedAt: string;
  readonly owner: string;
}

export interface ExecutionEnd {
  readonly status: Exclude<Status, "RUNNING">;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly at: string;
}

export type ExecutionStore = ReturnType<typeof makeExecutionStore>;

export function makeExecutionStore(db: Database) {
  function find({ workflow, name }: ExecutionKey): ExecutionRow | undefined {
    return db.get<ExecutionRow>("SELECT * FROM executions WHERE workflow = ? AND name = ?", workflow, name);
  }

  return {
    find,

    /** The definition is kept with the execution: a resumed one goes on as it was started, whatever changed since. */
    insert(execution: NewExecution): ExecutionRow {
      const { hash, text } = execution.definition;
      db.run("INSERT OR IGNORE INTO definitions VALUES (?, ?)", hash, text);
      db.run(
        `INSERT INTO executions (workflow, name, arn, machine_arn, definition_hash, status, input, started_at, owner)
         VALUES (?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?)`,
        execution.workflow,
        execution.name,
        execution.arn,
        execution.machineArn,
        hash,
        execution.input,
        execution.startedAt,
        execution.owner,
      );
      const row = find(execution);
      if (row === undefined) throw new Error(`The execution ${execution.arn} was inserted and cannot be found.`);
      return row;
    },

    /** The text of a definition. */
    definition(hash: string): string {
      const row = db.get<{ definition: string }>("SELECT definition FROM definitions WHERE hash = ?", hash);
      if (row !== undefined) return row.definition;
      throw new Error(`The definition ${hash} of an execution is gone from the database.`);
    },

    history(seq: number, after = 0, limit = Number.MAX_SAFE_INTEGER): HistoryEvent[] {
      return db
        .all<EventRow>(
          "SELECT * FROM execution_events WHERE key > ? AND key < ? ORDER BY key LIMIT ?",
          keyOf(seq, after),
          keyOf(seq + 1, 0),
          limit,
        )
        .map(toEvent);
    },

    /** Numbers and writes events; undefined, and nothing written, where `owner` no longer drives the execution. */
    append(seq: number, owner: string, events: readonly NewEvent[]): readonly HistoryEvent[] | undefined {
      const row = db.get<{ events: number }>(
        `UPDATE executions SET events = events + ? WHERE seq = ? AND owner = ? AND status = 'RUNNING'
         RETURNING events`,
        events.length,
        seq,
        owner,
      );
      if (row === undefined) return undefined;
      const first = row.events - events.length + 1;
      const numbered = events.map((event, i) => ({ ...event, id: first + i, previousId: first + i - 1 }));
      for (const { id, previousId, type, at, path, details } of numbered) {
        db.run(
          "INSERT INTO execution_events VALUES (?, ?, ?, ?, ?, ?)",
          keyOf(seq, id),
          previousId,
          type,
          at,
          path,
          JSON.stringify(details),
        );
      }
      return numbered;
    },

    close(seq: number, { status, output, error, cause, at }: ExecutionEnd): void {
      db.run(
        "UPDATE executions SET status = ?, output = ?, error = ?, cause = ?, stopped_at = ? WHERE seq = ?",
        status,
        output ?? null,
        error ?? null,
        cause ?? null,
        at,
        seq,
      );
    },

    /** The execution is RUNNING again, as if it had never ended; `owner` drives it. */
    reopen(seq: number, owner: string, at: string): void {
      db.run(
        `UPDATE executions SET status = 'RUNNING', output = NULL, error = NULL, cause = NULL, stopped_at = NULL,
           owner = ?, redrives = redrives + 1, redriven_at = ? WHERE seq = ?`,
        owner,
        at,
        seq,
      );
    },

    read: (seq: number) => db.get<ExecutionRow>("SELECT * FROM executions WHERE seq = ?", seq),

    running: () =>
      db.all<{ seq: number; owner: string }>("SELECT seq, owner FROM executions WHERE status = 'RUNNING' ORDER BY seq"),

    /** True where the execution ran for `from` until now and runs for `to` from now on. */
    adopt: (seq: number, from: string, to: string): boolean =>
      db.run("UPDATE executions SET owner = ? WHERE seq = ? AND owner = ? AND status = 'RUNNING'", to, seq, from) === 1,
  };
}

/** More than the 25,000 events that a history may have. */
const MOST_EVENTS = 32_768;

function keyOf(seq: number, id: number): number {
  return seq * MOST_EVENTS + id;
}

interface EventRow {
  key: number;
  previous_id: number;
  type: string;
  at: string;
  path: string;
  details: string;
}

function toEvent(row: EventRow): HistoryEvent {
  // Written by `append` above and by nothing else.
  const details = JSON.parse(row.details) as JsonObject;
  const { previous_id: previousId, type, at, path } = row;
  return { id: row.key % MOST_EVENTS, previousId, type, at, path, details };
}
