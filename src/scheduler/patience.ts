/** Tries again what a busy disk or a lost connection made fail: a loop does not end for that. */
import type { Clock } from "../clock.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;

export interface Patience {
  readonly clock: Clock;
  /** Called for each time that it failed. */
  onProblem(thrown: unknown): void;
  /** Whoever stops waits for nothing: then the last failure is thrown. */
  readonly signal?: AbortSignal;
  /** How often it is tried at most; without it until it works. */
  readonly tries?: number;
}

export async function patiently<T>(call: () => Promise<T>, patience: Patience): Promise<T> {
  const { clock, onProblem, signal, tries = Number.POSITIVE_INFINITY } = patience;
  for (let tried = 1; ; tried += 1) {
    try {
      return await call();
    } catch (thrown) {
      onProblem(thrown);
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (tried - 1), LONGEST_PAUSE_MS);
      const goesOn =
        tried < tries &&
        (await clock.sleep(pauseMs, signal).then(
          () => true,
          () => false,
        ));
      if (!goesOn) throw thrown;
    }
  }
}
