/** Stores the ends of attempts, many in one call where many come together, and again until the store has them. */
import type { AttemptEnd } from "../../../bulk/attempt.ts";
import type { BulkQueue, FinishOutcome, Lease } from "../../../bulk/bulk-store.ts";
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
/**
 * A store that syncs to a disk takes 10 ms for one end and hardly more for hundreds: what ends within three times as long
 * as it took last is stored together, so that it never takes more than a quarter of the worker's time.
 */
const GATHERED_FOR = 3;
const LONGEST_GATHERING_MS = 100;

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
  let tookMs = 0;
  let hurry = () => {};
  const pending = () => waiting.length + storing;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      await gather();
      const batch = waiting.slice(0, MOST_AT_ONCE);
      waiting = waiting.slice(batch.length);
      storing = batch.length;
      const begin = performance.now();
      await store(batch);
      tookMs = performance.now() - begin;
      storing = 0;
    }
    flushing = undefined;
  }

  /** At least a turn: tasks that end together are stored together. */
  function gather(): Promise<void> {
    const ms = Math.min(tookMs * GATHERED_FOR, LONGEST_GATHERING_MS);
    return new Promise((resolve) => {
      const timer = ms < 1 ? undefined : setTimeout(resolve, ms);
      hurry = () => {
        clearTimeout(timer);
        setImmediate(resolve);
      };
      if (timer === undefined) hurry();
    });
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
    room() {
      if (pending() < MOST_AT_ONCE) return undefined;
      hurry();
      return flushing;
    },
    pending,
    async drained() {
      while (flushing !== undefined) {
        hurry();
        await flushing;
      }
    },
  };
}
