/** Tries again what failed in a way that may pass, after pauses that grow and differ from task to task. */
import { type Clock, pauseMs } from "../clock.ts";
import { TransientError } from "../errors.ts";

export interface Patience {
  readonly clock: Clock;
  /** At least 0, below 1. */
  random(): number;
  readonly signal: AbortSignal;
}

/** A server that says how long it does not want to be asked. Workflows know it as what it is. */
export class ServerBusy extends TransientError {
  override name = "TransientError";
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { retryAfterMs, hint }: { retryAfterMs?: number | undefined; hint: string }) {
    super(message, { hint });
    this.retryAfterMs = retryAfterMs;
  }
}

/** The first one included. */
export const TRIES = 4;
const FIRST_PAUSE_MS = 500;
/** What a server asks for beyond it is left to the workflow's `Retry`: a Lambda that waits is paid for. */
const LONGEST_PAUSE_MS = 30_000;

export async function tryAgain<T>(act: () => Promise<T>, patience: Patience): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (thrown) {
      if (!(thrown instanceof TransientError) || attempt === TRIES) throw thrown;
      await pause(attempt, thrown, patience);
    }
  }
}

/** Before the next try, after so many that failed. Throws what failed where there is no time to wait. */
export async function pause(
  failed: number,
  thrown: TransientError,
  { clock, random, signal }: Patience,
): Promise<void> {
  const asked = thrown instanceof ServerBusy ? (thrown.retryAfterMs ?? 0) : 0;
  if (asked > LONGEST_PAUSE_MS) throw thrown;
  await clock.sleep(Math.max(asked, pauseMs(failed, FIRST_PAUSE_MS, random())), signal);
}
