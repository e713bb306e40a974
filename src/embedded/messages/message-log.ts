/** What became of each message: kept after the message itself is gone, so that people can ask, from any process. */
import type { MessageOutcomes } from "../../events/message-outcomes.ts";
import { pageSize } from "../../pages.ts";
import type { Database } from "../database/database.ts";

export interface MessageOutcome {
  /** The message's ID, or the chain effect that sent it. */
  readonly message: string;
  /** `given-up`: it is among the dead letters. */
  readonly outcome: "started" | "skipped" | "waiting" | "failed" | "rejected" | "given-up";
  readonly at: string;
  readonly payloadId?: string | undefined;
  readonly execution?: string | undefined;
  readonly reason?: string | undefined;
}

export interface MessageLog extends MessageOutcomes {
  /** The first outcome of a message stays: a repeat of it is no news, unless it had been given up and was redriven. */
  record(outcomes: readonly MessageOutcome[]): Promise<void>;
  get(message: string): Promise<MessageOutcome | undefined>;
}

interface Row {
  readonly message: string;
  readonly outcome: MessageOutcome["outcome"];
  readonly at: string;
  readonly payload_id: string | null;
  readonly execution: string | null;
  readonly reason: string | null;
}

export function makeMessageLog(db: Database): MessageLog {
  return {
    record: (outcomes) =>
      db.write(() => {
        for (const { message, outcome, at, payloadId, execution, reason } of outcomes) {
          db.run(
            `INSERT INTO message_outcomes (message, outcome, at, payload_id, execution, reason) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (message) DO UPDATE SET outcome = excluded.outcome, at = excluded.at,
               payload_id = excluded.payload_id, execution = excluded.execution, reason = excluded.reason
             WHERE message_outcomes.outcome = 'given-up'`,
            message,
            outcome,
            at,
            payloadId ?? null,
            execution ?? null,
            reason ?? null,
          );
        }
      }),
    async get(message) {
      const row = db.get<Row>("SELECT * FROM message_outcomes WHERE message = ?", message);
      return row && toOutcome(row);
    },
    async ofPayload(payloadId, limit) {
      return db
        .all<Row>(
          "SELECT * FROM message_outcomes WHERE payload_id = ? ORDER BY at DESC, rowid DESC LIMIT ?",
          payloadId,
          pageSize(limit),
        )
        .map(toOutcome);
    },
  };
}

function toOutcome(row: Row): MessageOutcome {
  return {
    message: row.message,
    outcome: row.outcome,
    at: row.at,
    payloadId: row.payload_id ?? undefined,
    execution: row.execution ?? undefined,
    reason: row.reason ?? undefined,
  };
}
