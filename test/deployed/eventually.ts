/** Waiting for what a distributed system does in its own time: looking again until it is so, or a deadline has passed. */
import { setTimeout as pause } from "node:timers/promises";

/** Longer than anything takes that is only slow. */
export const WITHIN_MS = 120_000;

/** The first value that is not undefined; after the deadline an error that shows what was looked at last. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined>,
  { within = WITHIN_MS, describe = async (): Promise<string> => "" } = {},
): Promise<T> {
  const deadline = Date.now() + within;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error(`Not within ${within / 1000} s: ${what}\n${await describe()}`);
    await pause(100);
  }
}
