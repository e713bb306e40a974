/**
 * Drives a queue: receives, hands on, acknowledges what is done and gives back the rest with a growing delay.
 * Messages that this process sends wake it at once; those of other processes are found by looking now and then.
 */
import type { Clock } from "../clock.ts";
import type { Queue, QueueMessage } from "../embedded/messages/queue.ts";
import { describeError } from "../errors.ts";
import type { Log } from "../log.ts";

export type Handled = { readonly receipt: string } & (
  | { readonly done: true }
  | { readonly done: false; readonly reason: string }
);

export interface QueueDriver {
  /** Stops receiving; resolves when what was received is handled. */
  stop(): Promise<void>;
}

const BATCH = 10;
/** A text, for an AbortError of its own would cost a stack trace with every message. */
const WOKEN = "woken";
const LOOK_EVERY_MS = 250;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

export function driveQueue(
  queue: Queue,
  handle: (messages: readonly QueueMessage[]) => Promise<readonly Handled[]>,
  { clock, log, parallel = 4 }: { readonly clock: Clock; readonly log: Log; readonly parallel?: number },
): QueueDriver {
  const stopping = new AbortController();
  const naps = new Set<AbortController>();
  let told = 0;
  /** One is enough: it takes what has come by then, and wakes the next where that was all it could take. */
  const wakeOne = (): void => {
    told++;
    const [nap] = naps;
    if (nap === undefined) return;
    naps.delete(nap);
    nap.abort(WOKEN);
  };
  const unsubscribe = queue.onSend(wakeOne);

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      const before = told;
      const messages = await receive();
      if (messages.length === BATCH) wakeOne();
      if (messages.length > 0) await settle(messages);
      // What was sent after the look must not wait for the next one.
      else if (told === before) await pause();
    }
  }

  async function receive(): Promise<readonly QueueMessage[]> {
    try {
      return await queue.receive({ max: BATCH });
    } catch (thrown) {
      log.error("cannot receive messages", { queue: queue.name, reason: describeError(thrown).cause });
      return [];
    }
  }

  /** A message that could not be acknowledged becomes visible again by itself, and is known when it comes. */
  async function settle(messages: readonly QueueMessage[]): Promise<void> {
    try {
      const handled = await keepingHidden(messages, () => handle(messages));
      await queue.ack(handled.filter(({ done }) => done).map(({ receipt }) => receipt));
      for (const outcome of handled) {
        if (outcome.done) continue;
        const count = messages.find(({ receipt }) => receipt === outcome.receipt)?.receiveCount ?? 1;
        const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (count - 1), LONGEST_DELAY_MS);
        log.warn("message goes back", { queue: queue.name, receives: count, reason: outcome.reason });
        await queue.release([outcome.receipt], { delayMs, reason: outcome.reason });
      }
    } catch (thrown) {
      log.error("messages not settled", { queue: queue.name, reason: describeError(thrown).cause });
      await pause();
    }
  }

  /** Where handling takes long nobody receives them meanwhile; where this process is killed somebody does soon. */
  async function keepingHidden<T>(messages: readonly QueueMessage[], act: () => Promise<T>): Promise<T> {
    const receipts = messages.map(({ receipt }) => receipt);
    const over = new AbortController();
    const keep = async (): Promise<void> => {
      for (;;) {
        await clock.sleep(queue.visibilityMs / 3, over.signal).catch(() => {});
        if (over.signal.aborted) return;
        await queue.extend(receipts, queue.visibilityMs).catch((thrown: unknown) => {
          log.warn("cannot keep messages hidden", { queue: queue.name, reason: describeError(thrown).cause });
        });
      }
    };
    const kept = keep();
    try {
      return await act();
    } finally {
      over.abort(WOKEN);
      await kept;
    }
  }

  async function pause(): Promise<void> {
    if (stopping.signal.aborted) return;
    const nap = new AbortController();
    naps.add(nap);
    await clock.sleep(LOOK_EVERY_MS, nap.signal).catch(() => {});
    naps.delete(nap);
  }

  const loops = Promise.all(Array.from({ length: parallel }, loop));
  return {
    async stop() {
      stopping.abort();
      for (const nap of naps) nap.abort(WOKEN);
      unsubscribe();
      await loops;
    },
  };
}
