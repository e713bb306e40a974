/**
 * A durable queue with the semantics of SQS: a received message is hidden for a while and comes back unless it is
 * acknowledged; one that was received too often goes to the dead letters. Several processes may share it.
 */
import { randomUUID } from "node:crypto";
import type { Clock } from "../../clock.ts";
import type { Page } from "../../state/state-store.ts";
import type { Database } from "../database/database.ts";
import { type DeadLetter, makeDeadLetters } from "./dead-letters.ts";

export interface QueueMessage {
  /** The sender's. */
  readonly id: string;
  /** The queue's own, as SQS gives one. */
  readonly messageId: string;
  readonly body: string;
  /** 1 for the first time. */
  readonly receiveCount: number;
  /** Proves that the message is still in the receiver's hands; a new one for every receive. */
  readonly receipt: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
}

export interface ReceiptOutcome {
  readonly receipt: string;
  /** `lost`: the message is no longer in the receiver's hands, so nothing was changed. */
  readonly outcome: "done" | "lost";
}

export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  /** Given back, to be tried again later. */
  readonly delayed: number;
  readonly dead: number;
  /** When the oldest message that waits was sent. */
  readonly oldestAt?: number | undefined;
}

export interface Queue {
  readonly name: string;
  /** For so long a received message is hidden, where nothing else is said. */
  readonly visibilityMs: number;
  /** One outcome per message; `duplicate` where the same ID waits, or was sent within the last five minutes. */
  send(messages: readonly { id: string; body: string }[]): Promise<readonly ("sent" | "duplicate")[]>;
  /** The same as a part of the transaction around it. */
  sendWithin(messages: readonly { id: string; body: string }[]): readonly ("sent" | "duplicate")[];
  receive(options: { max: number; visibilityMs?: number }): Promise<readonly QueueMessage[]>;
  ack(receipts: readonly string[]): Promise<readonly ReceiptOutcome[]>;
  /** Gives messages back, to be received again after `delayMs` (default 0). */
  release(
    receipts: readonly string[],
    options?: { delayMs?: number; reason?: string },
  ): Promise<readonly ReceiptOutcome[]>;
  /** Keeps messages hidden for `visibilityMs` from now. */
  extend(receipts: readonly string[], visibilityMs: number): Promise<readonly ReceiptOutcome[]>;
  depth(): Promise<QueueDepth>;
  /** When the next message can be received, in milliseconds since 1970; it may be in the past. */
  nextVisibleAt(): number | undefined;
  /** Calls `listener` when this process makes messages visible; what other processes send is found by looking. */
  onSend(listener: () => void): () => void;
  readonly deadLetters: {
    list(query: { limit?: number; cursor?: string }): Promise<Page<DeadLetter>>;
    get(messageId: string): Promise<DeadLetter | undefined>;
    /** Back into the queue as new messages; the number that were there. */
    redrive(messageIds: readonly string[]): Promise<number>;
    remove(messageIds: readonly string[]): Promise<number>;
  };
}

export interface QueueOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly visibilityMs?: number;
  /** A message that was received so often and not acknowledged is dead. */
  readonly maxReceives?: number;
  readonly newId?: () => string;
}

/** SQS's FIFO queues drop a repeated ID for five minutes. */
const REMEMBERED_MS = 5 * 60_000;

interface MessageRow {
  seq: number;
  id: string;
  message_id: string;
  body: string;
  sent_at: number;
  receives: number;
  receipt: string | null;
}

export function makeQueue(db: Database, options: QueueOptions): Queue {
  const { name, clock, visibilityMs: usualVisibility = 180_000, maxReceives = 5, newId = randomUUID } = options;
  const listeners = new Set<() => void>();
  const notify = () => db.afterCommit(() => queueMicrotask(() => listeners.forEach((listener) => void listener())));
  const dead = makeDeadLetters(db, { queue: name, clock, insert, notify });

  function insert(message: { id: string; messageId: string; body: string; sentAt: number }): void {
    db.run(
      "INSERT INTO messages (queue, id, message_id, body, sent_at, visible_at) VALUES (?, ?, ?, ?, ?, ?)",
      name,
      message.id,
      message.messageId,
      message.body,
      message.sentAt,
      clock.now(),
    );
  }

  function sendWithin(messages: readonly { id: string; body: string }[]): readonly ("sent" | "duplicate")[] {
    const now = clock.now();
    forgetIds(db, now - REMEMBERED_MS, 2 * messages.length);
    const outcomes = messages.map(({ id, body }) => {
      if (db.get("SELECT 1 FROM messages WHERE queue = ? AND id = ?", name, id) !== undefined) return "duplicate";
      if (!rememberId(db, name, id, now)) return "duplicate";
      insert({ id, messageId: newId(), body, sentAt: now });
      return "sent";
    });
    if (outcomes.includes("sent")) notify();
    return outcomes;
  }

  function receive(max: number, visibilityMs: number): readonly QueueMessage[] {
    const now = clock.now();
    const received: QueueMessage[] = [];
    while (received.length < max) {
      const row = db.get<MessageRow>(
        "SELECT * FROM messages WHERE queue = ? AND visible_at <= ? ORDER BY visible_at, sent_at LIMIT 1",
        name,
        now,
      );
      if (row === undefined) break;
      if (row.receives >= maxReceives) {
        dead.bury(row.seq, row.receipt === null ? undefined : "The receiver never acknowledged the message.");
        continue;
      }
      const receiveCount = row.receives + 1;
      // Seq and count together are never used twice: the receipt of an earlier receive fits nothing.
      const receipt = `${row.seq}-${receiveCount}`;
      db.run(
        "UPDATE messages SET receives = ?, receipt = ?, visible_at = ? WHERE seq = ?",
        receiveCount,
        receipt,
        now + Math.max(1, visibilityMs),
        row.seq,
      );
      received.push({
        id: row.id,
        messageId: row.message_id,
        body: row.body,
        receiveCount,
        receipt,
        sentAt: row.sent_at,
      });
    }
    return received;
  }

  /** Applies `change` to every message that is still in the hands of whoever holds the receipt. */
  function withHeld(
    receipts: readonly string[],
    change: (held: { seq: number; receives: number }) => void,
  ): Promise<readonly ReceiptOutcome[]> {
    return db.write(() =>
      receipts.map((receipt): ReceiptOutcome => {
        const held = db.get<{ seq: number; receives: number }>(
          "SELECT seq, receives FROM messages WHERE seq = ? AND queue = ? AND receipt = ?",
          Number.parseInt(receipt, 10) || 0,
          name,
          receipt,
        );
        if (held === undefined) return { receipt, outcome: "lost" };
        change(held);
        return { receipt, outcome: "done" };
      }),
    );
  }

  return {
    name,
    visibilityMs: usualVisibility,
    send: (messages) => db.write(() => sendWithin(messages)),
    sendWithin,
    receive: async ({ max, visibilityMs = usualVisibility }) => {
      const next = nextVisibleAt(db, name);
      // An empty queue costs no write: whoever looks now and then does not keep the disk busy.
      if (next === undefined || next > clock.now()) return [];
      return db.write(() => receive(max, visibilityMs));
    },
    ack: (receipts) => withHeld(receipts, ({ seq }) => void db.run("DELETE FROM messages WHERE seq = ?", seq)),
    release: (receipts, { delayMs = 0, reason } = {}) =>
      withHeld(receipts, ({ seq, receives }) => {
        if (receives >= maxReceives) return dead.bury(seq, reason);
        db.run(
          "UPDATE messages SET receipt = NULL, visible_at = ?, reason = coalesce(?, reason) WHERE seq = ?",
          clock.now() + delayMs,
          reason ?? null,
          seq,
        );
        notify();
      }),
    extend: (receipts, visibilityMs) =>
      withHeld(receipts, ({ seq }) => {
        db.run("UPDATE messages SET visible_at = ? WHERE seq = ?", clock.now() + visibilityMs, seq);
      }),
    depth: async () => depth(db, name, clock.now()),
    nextVisibleAt: () => nextVisibleAt(db, name),
    onSend(listener) {
      // An entry of its own, so that the same function can listen twice.
      const entry = () => listener();
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    deadLetters: dead.port,
  };
}

/** Amortised: every send removes up to twice as many outdated IDs as it adds. */
function forgetIds(db: Database, before: number, most: number): void {
  db.run(
    `DELETE FROM message_ids WHERE seq IN (SELECT seq FROM message_ids ORDER BY seq LIMIT ?) AND sent_at <= ?`,
    most,
    before,
  );
}

/** False where the ID was sent already within the time that IDs are remembered. */
function rememberId(db: Database, queue: string, id: string, now: number): boolean {
  db.run("DELETE FROM message_ids WHERE queue = ? AND id = ? AND sent_at <= ?", queue, id, now - REMEMBERED_MS);
  return db.run("INSERT OR IGNORE INTO message_ids (queue, id, sent_at) VALUES (?, ?, ?)", queue, id, now) === 1;
}

function nextVisibleAt(db: Database, queue: string): number | undefined {
  return db.get<{ visible_at: number }>(
    "SELECT visible_at FROM messages WHERE queue = ? ORDER BY visible_at LIMIT 1",
    queue,
  )?.visible_at;
}

function depth(db: Database, queue: string, now: number): QueueDepth {
  const row = db.get<{ visible: number; in_flight: number; delayed: number; oldest_at: number | null }>(
    `SELECT count(*) FILTER (WHERE visible_at <= ?1) AS visible,
            count(*) FILTER (WHERE visible_at > ?1 AND receipt IS NOT NULL) AS in_flight,
            count(*) FILTER (WHERE visible_at > ?1 AND receipt IS NULL) AS delayed,
            min(sent_at) FILTER (WHERE visible_at <= ?1 OR receipt IS NULL) AS oldest_at
     FROM messages WHERE queue = ?2`,
    now,
    queue,
  );
  const dead = db.get<{ count: number }>("SELECT count(*) AS count FROM dead_letters WHERE queue = ?", queue);
  return {
    visible: row?.visible ?? 0,
    inFlight: row?.in_flight ?? 0,
    delayed: row?.delayed ?? 0,
    dead: dead?.count ?? 0,
    oldestAt: row?.oldest_at ?? undefined,
  };
}
