/** Port: how much waits in the queues. On AWS the queues' own figures, embedded a count. */
import type { QueueName } from "./dead-letters.ts";

export interface QueueDepth {
  readonly queue: QueueName;
  /** Messages that wait, those that wait for their next try included. */
  readonly waiting: number;
  /** That somebody has received and not acknowledged. */
  readonly inFlight: number;
  /** Milliseconds, of the oldest that waits; undefined where that is not known, or nothing waits. */
  readonly oldestAgeMs?: number | undefined;
  readonly dead: number;
}

export interface QueueDepths {
  depths(): Promise<readonly QueueDepth[]>;
}
