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

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Milliseconds of what durations are written in: `30m`, `7d`. Who reads one says which of them it takes. */
export const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
};

/** In the longest of these units, the shortest first, of which it is a whole number: `90m`, `2h`. */
export function writtenDuration(ms: number, units: string): string {
  const lengths = [...units].map((unit): [string, number] => [unit, UNIT_MS[unit] ?? Number.NaN]);
  const [unit, length] = lengths.findLast(([, length]) => ms >= length && ms % length === 0) ?? ["s", 1000];
  return `${ms / length}${unit}`;
}

/**
 * Milliseconds to wait before the next try, after so many that failed: twice as long each time. Between half and all of it,
 * by `random` from 0 to 1, so that a thousand that failed together do not come back together.
 */
export function pauseMs(failed: number, firstMs: number, random: number, longestMs = Number.POSITIVE_INFINITY): number {
  return Math.min(longestMs, firstMs * 2 ** (failed - 1)) * (0.5 + random / 2);
}

/** ISO 8601 in UTC with milliseconds, the form of every stored time. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
