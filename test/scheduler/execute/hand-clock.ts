/** A clock for tests with real child processes: its time stands still until it is moved by hand. */
import type { Clock } from "../../../src/clock.ts";

export interface HandClock extends Clock {
  /** Moves the time, and wakes who slept until then, in order. */
  advance(ms: number): Promise<void>;
  /** Resolves once somebody sleeps for so long. */
  sleeping(ms: number): Promise<void>;
}

interface Sleeper {
  readonly ms: number;
  readonly wakesAt: number;
  wake(): void;
}

export function makeHandClock(start = "2030-01-01T00:00:00.000Z"): HandClock {
  let time = Date.parse(start);
  const sleepers = new Set<Sleeper>();
  const watchers: (() => void)[] = [];

  return {
    now: () => time,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          ms,
          wakesAt: time + ms,
          wake() {
            sleepers.delete(sleeper);
            signal?.removeEventListener("abort", stop);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", stop, { once: true });
        for (const look of watchers.splice(0)) look();
      });
    },
    async advance(ms) {
      const until = time + ms;
      for (;;) {
        const next = [...sleepers].filter(({ wakesAt }) => wakesAt <= until).sort((a, b) => a.wakesAt - b.wakesAt)[0];
        if (next === undefined) break;
        time = Math.max(time, next.wakesAt);
        next.wake();
        // Whoever was woken may sleep again.
        await new Promise((resolve) => setImmediate(resolve));
      }
      time = until;
    },
    async sleeping(ms) {
      while (![...sleepers].some((sleeper) => sleeper.ms === ms)) {
        await new Promise<void>((resolve) => watchers.push(resolve));
      }
    },
  };
}
