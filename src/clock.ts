/** Time comes in as an argument, so that tests can run days in milliseconds. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      // setTimeout fires at once for delays above 2^31-1 ms: a longer sleep is slept in parts.
      const timer = setTimeout(
        () => {
          signal?.removeEventListener("abort", stop);
          const rest = ms - LONGEST_TIMER;
          resolve(rest > 0 ? systemClock.sleep(rest, signal) : undefined);
        },
        Math.min(ms, LONGEST_TIMER),
      );
      signal?.addEventListener("abort", stop, { once: true });
    });
  },
};

const LONGEST_TIMER = 2 ** 31 - 1;

/** Whether so much time is over. A clock that was set back meanwhile keeps nobody waiting for what it says. */
export function hasPassed(ms: number, since: number, clock: Pick<Clock, "now">): boolean {
  const passed = clock.now() - since;
  return passed >= ms || passed < 0;
}

/** ISO 8601 in UTC with milliseconds, the form of every stored time. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
