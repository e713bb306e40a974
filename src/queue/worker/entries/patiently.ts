/** Asks a store again that does not answer, with growing pauses. */
import type { Clock } from "../../../clock.ts";

export interface Patience {
  readonly clock: Clock;
  /** Gives up: rejects with what the store said last. */
  readonly signal: AbortSignal;
  /** Undefined for ever. */
  readonly tries?: number | undefined;
  onProblem(error: unknown): void;
}

const FIRST_MS = 100;
const MOST_MS = 15_000;

export async function patiently<T>(ask: () => Promise<T>, patience: Patience): Promise<T> {
  const { clock, signal, tries = Number.POSITIVE_INFINITY, onProblem } = patience;
  for (let turn = 1; ; turn++) {
    try {
      return await ask();
    } catch (error) {
      onProblem(error);
      if (turn >= tries || signal.aborted) throw error;
      await clock.sleep(Math.min(FIRST_MS * 2 ** (turn - 1), MOST_MS), signal).catch(() => {
        throw error;
      });
    }
  }
}
