/** Stores the ends of attempts, many in one call where many come together, and again until the store has them. */
import type { AttemptEnd } from "../../bulk/attempt.ts";
import type { BulkQueue, FinishOutcome, Lease } from "../../bulk/bulk-store.ts";
import { type Patience, patiently } from "./patiently.ts";

export interface Finisher {
  /** What the store made of it; rejects only when its patience has ended. */
  finish(lease: Lease, end: AttemptEnd): Promise<FinishOutcome>;
  /** Resolves when there is room for another end. */
  room(): Promise<void> | undefined;
  /** Ends that are not stored yet. */
  pending(): number;
  /** Resolves when all are stored. */
  drained(): Promise<void>;
}

const MOST_AT_ONCE = 500;

interface Waiting {
  readonly lease: Lease;
  readonly end: AttemptEnd;
  resolve(outcome: FinishOutcome): void;
  reject(error: unknown): void;
}

export function makeFinisher(queue: Pick<BulkQueue, "finish">, patience: Patience): Finisher {
  let waiting: Waiting[] = [];
  let storing = 0;
  let flushing: Promise<void> | undefined;
  const pending = () => waiting.length + storing;

  async function flush(): Promise<void> {
    // A turn later: tasks that end together are stored together.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MOST_AT_ONCE);
      waiting = waiting.slice(batch.length);
      storing = batch.length;
      await store(batch);
      storing = 0;
    }
    flushing = undefined;
  }

  async function store(batch: readonly Waiting[]): Promise<void> {
    try {
      const ends = batch.map(({ lease, end }) => ({ lease, end }));
      const outcomes = await patiently(() => queue.finish(ends), patience);
      for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index] ?? { outcome: "lost" });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return {
    finish(lease, end) {
      return new Promise((resolve, reject) => {
        waiting.push({ lease, end, resolve, reject });
        flushing ??= flush();
      });
    },
    room: () => (pending() < MOST_AT_ONCE ? undefined : flushing),
    pending,
    async drained() {
      while (flushing !== undefined) await flushing;
    },
  };
}
