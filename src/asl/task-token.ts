/** The idempotency key of a task's try, from what names it. */
import type { RunContext } from "./ports.ts";
import { fingerprint } from "./random.ts";

export function taskToken(
  { id, redriveCount = 0 }: Pick<RunContext["execution"], "id" | "redriveCount">,
  path: string,
  attempt: number,
): string {
  return fingerprint([id, redriveCount, path, attempt]);
}
