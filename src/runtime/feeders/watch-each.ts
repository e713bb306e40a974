/** Watches each of several things until it is stopped, and others once the project's files have changed. */
import type { RunningFeeders } from "./feeder-callers.ts";

/** `watch` resolves soon after its signal was aborted. */
export function watchEach<T>(
  all: () => readonly T[],
  watch: (one: T, signal: AbortSignal) => Promise<void>,
): RunningFeeders {
  let stopped = new AbortController();
  let watching = start(Promise.resolve());

  function start(before: Promise<unknown>): Promise<unknown> {
    const { signal } = stopped;
    // One after the other: two that look at the same thing would tell of what they find twice.
    return before.then(() => Promise.all(all().map((one) => watch(one, signal))));
  }

  return {
    refresh() {
      stopped.abort();
      stopped = new AbortController();
      watching = start(watching);
    },
    async stop() {
      stopped.abort();
      await watching;
    },
  };
}
