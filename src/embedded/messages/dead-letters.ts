/** Messages that were received too often, with the last reason why they were given back. */
import type { Clock } from "../../clock.ts";
import { decodeCursor, encodeCursor, pageSize } from "../../pages.ts";
import type { Page } from "../../state/state-store.ts";
import type { Database } from "../database/database.ts";

export interface DeadLetter {
  readonly id: string;
  readonly messageId: string;
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly diedAt: number;
  readonly receiveCount: number;
  /** Absent where no receiver ever gave one. */
  readonly reason?: string | undefined;
}

interface DeadLetterRow {
  seq: number;
  id: string;
  message_id: string;
  body: string;
  sent_at: number;
  died_at: number;
  receives: number;
  reason: string | null;
}

export interface DeadLetterOptions {
  readonly queue: string;
  readonly clock: Clock;
  /** Puts a message into the queue. */
  readonly insert: (message: { id: string; messageId: string; body: string; sentAt: number }) => void;
  readonly notify: () => void;
}

export function makeDeadLetters(db: Database, { queue, clock, insert, notify }: DeadLetterOptions) {
  function find(messageId: string): DeadLetterRow | undefined {
    return db.get<DeadLetterRow>("SELECT * FROM dead_letters WHERE queue = ? AND message_id = ?", queue, messageId);
  }

  function removeOne(messageId: string): number {
    return db.run("DELETE FROM dead_letters WHERE queue = ? AND message_id = ?", queue, messageId);
  }

  /** False where it is not there, or where a message with its ID waits in the queue again. */
  function redriveOne(messageId: string): boolean {
    const row = find(messageId);
    if (row === undefined) return false;
    if (db.get("SELECT 1 FROM messages WHERE queue = ? AND id = ?", queue, row.id) !== undefined) return false;
    removeOne(messageId);
    insert({ id: row.id, messageId, body: row.body, sentAt: row.sent_at });
    return true;
  }

  return {
    /** Moves a message from the queue to the dead letters; `reason` stands in where none was given before. */
    bury(seq: number, reason: string | undefined): void {
      db.run(
        `INSERT INTO dead_letters (queue, id, message_id, body, sent_at, died_at, receives, reason)
         SELECT queue, id, message_id, body, sent_at, ?, receives, coalesce(?, reason) FROM messages WHERE seq = ?`,
        clock.now(),
        reason ?? null,
        seq,
      );
      db.run("DELETE FROM messages WHERE seq = ?", seq);
    },

    port: {
      async list({ limit, cursor }: { limit?: number; cursor?: string }): Promise<Page<DeadLetter>> {
        const size = pageSize(limit);
        const kind = `dead-letters-${queue}`;
        const [after] = cursor === undefined ? [0] : decodeCursor(kind, cursor, [0]);
        const rows = db.all<DeadLetterRow>(
          "SELECT * FROM dead_letters WHERE queue = ? AND seq > ? ORDER BY seq LIMIT ?",
          queue,
          after,
          size + 1,
        );
        const last = rows[size - 1];
        const items = rows.slice(0, size).map(toDeadLetter);
        return rows.length > size && last ? { items, next: encodeCursor(kind, [last.seq]) } : { items };
      },
      async get(messageId: string): Promise<DeadLetter | undefined> {
        const row = find(messageId);
        return row && toDeadLetter(row);
      },
      redrive: (messageIds: readonly string[]): Promise<number> =>
        db.write(() => {
          const moved = messageIds.filter(redriveOne).length;
          if (moved > 0) notify();
          return moved;
        }),
      remove: (messageIds: readonly string[]): Promise<number> =>
        db.write(() => messageIds.reduce((removed, messageId) => removed + removeOne(messageId), 0)),
    },
  };
}

function toDeadLetter(row: DeadLetterRow): DeadLetter {
  return {
    id: row.id,
    messageId: row.message_id,
    body: row.body,
    sentAt: row.sent_at,
    diedAt: row.died_at,
    receiveCount: row.receives,
    reason: row.reason ?? undefined,
  };
}
