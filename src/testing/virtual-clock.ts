/** A clock for tests: days pass in milliseconds, and only when nothing else is left to do. */
import type { Clock } from "../clock.ts";

export interface VirtualClock extends Clock {
  /** Moves the time by hand, without waking anyone. */
  advance(ms: number): void;
}

interface Sleeper {
  readonly wakesAt: number;
  readonly number: number;
  wake(): void;
}

/**
 * `now` stands still while anything runs. Once every promise has settled, the time jumps to the next sleeper and wakes
 * it, the earlier one first. Work outside the process (a child, a socket) is invisible to it: use it where all I/O is in memory.
 */
export function makeVirtualClock(start: number | string = "2030-01-01T00:00:00.000Z"): VirtualClock {
  let time = typeof start === "number" ? start : Date.parse(start);
  let count = 0;
  let waiting = false;
  const sleepers = new Set<Sleeper>();

  function wakeNext(): void {
    const next = [...sleepers].sort((a, b) => a.wakesAt - b.wakesAt || a.number - b.number)[0];
    waiting = false;
    if (next === undefined) return;
    time = Math.max(time, next.wakesAt);
    next.wake();
    wakeWhenIdle();
  }

  /** setImmediate comes after all settled promises; the second one after what the first let loose. */
  function wakeWhenIdle(): void {
    if (waiting || sleepers.size === 0) return;
    waiting = true;
    setImmediate(() => setImmediate(wakeNext));
  }

  return {
    now: () => time,
    advance(ms) {
      time += ms;
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const leave = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", stop);
        };
        const stop = () => {
          leave();
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          wakesAt: time + Math.max(0, ms),
          number: count++,
          wake() {
            leave();
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", stop, { once: true });
        wakeWhenIdle();
      });
    },
  };
}
