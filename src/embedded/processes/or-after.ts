/** Waits for what another process still has to say, and not for ever. */

/**
 * Resolves with `promise`, or after so many milliseconds of real time, whatever clock the runtime has: this waits for the
 * operating system. Timers come before what has arrived meanwhile: where this process itself was held up, that is read first.
 */
export async function orAfter(ms: number, promise: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => setImmediate(resolve), ms);
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
