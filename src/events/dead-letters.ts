/** Port: messages that were received too often and put aside. On AWS a queue of their own, embedded a table. */
import type { Page } from "../state/state-store.ts";

/** The queues that have dead letters: payloads on their way to `process`, ends of executions on theirs to `update-state`. */
export const QUEUE_NAMES = ["process", "status-change"] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

export interface DeadLetter {
  readonly messageId: string;
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  /** Absent where the queue does not keep it. */
  readonly diedAt?: number | undefined;
  readonly receiveCount: number;
  /** Absent where no receiver gave one, or where the queue does not keep it. */
  readonly reason?: string | undefined;
}

export interface DeadLetters {
  list(query: { readonly limit?: number; readonly cursor?: string }): Promise<Page<DeadLetter>>;
  /** Back into the queue they came from, as new messages; the number that were there. */
  redrive(messageIds: readonly string[]): Promise<number>;
}
