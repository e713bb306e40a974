/** How long a loop waits between two iterations. */
import type { LoopRecord } from "../loop-record.ts";

/** Iterations begin no closer to each other, where nothing else is said. */
export const MINIMUM_ITERATION_MS = 10_000;

/** A loop that comes to nothing is tried that often at least, and one that waits looks that often for itself. */
export const LONGEST_PAUSE_MS = 300_000;

/** A loop waits for a retry: nobody may make it wait for longer. */
export const LONGEST_RETRY_DELAY_MS = 300_000;

/** Below it, doubling comes to nothing. */
const LEAST_PAUSE_MS = 1_000;

/**
 * When the next iteration begins: the minimum time after this one's beginning, and twice as long with each one that came to
 * nothing. Milliseconds since 1970.
 */
export function nextIterationAt(
  { iterationStartedAt, fruitless }: Pick<LoopRecord, "iterationStartedAt" | "fruitless">,
  minimumMs: number,
  now: number,
): number {
  const startedAt = iterationStartedAt === undefined ? now : Date.parse(iterationStartedAt);
  return Math.max(now, startedAt + periodMs(fruitless, minimumMs));
}

function periodMs(fruitless: number, minimumMs: number): number {
  if (fruitless === 0) return minimumMs;
  const doubled = Math.max(minimumMs, LEAST_PAUSE_MS) * 2 ** fruitless;
  return Math.max(minimumMs, Math.min(doubled, LONGEST_PAUSE_MS));
}
