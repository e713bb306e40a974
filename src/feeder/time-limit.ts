/** When a run has to stop pulling, so that what it has found can still be sent and another run be started. */
import type { Clock } from "../clock.ts";

/** Why a run's signal was aborted: its Lambda's time is nearly over. */
export class OutOfTime extends Error {
  constructor() {
    super("the feeder's time was nearly over");
    this.name = new.target.name;
  }
}

export interface TimeLimit {
  /** Aborted with an OutOfTime, or because nobody wants more. */
  readonly signal: AbortSignal;
  /** Milliseconds until the signal is aborted. */
  remaining(): number;
  /** Rejects with the signal's reason where the promise takes longer. */
  race<T>(promise: Promise<T>): Promise<T>;
  /** Lets go of the timer. */
  stop(): void;
}

/** A minute, or a quarter of a short time. */
const KEPT_BACK_MS = 60_000;

export function makeTimeLimit(
  { getRemainingTimeInMillis }: { getRemainingTimeInMillis?: (() => number) | undefined },
  clock: Clock,
  others: readonly (AbortSignal | undefined)[],
): TimeLimit {
  const given = getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
  const endsAt = clock.now() + given - Math.min(KEPT_BACK_MS, given / 4);
  const over = new AbortController();
  const stopped = new AbortController();
  if (Number.isFinite(endsAt)) {
    clock.sleep(Math.max(0, endsAt - clock.now()), stopped.signal).then(
      () => over.abort(new OutOfTime()),
      () => {},
    );
  }
  const signal = AbortSignal.any([over.signal, ...others.filter((other) => other !== undefined)]);
  return {
    signal,
    remaining: () => Math.max(0, endsAt - clock.now()),
    race: (promise) => raceSignal(promise, signal),
    stop: () => stopped.abort("over"),
  };
}

function raceSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
