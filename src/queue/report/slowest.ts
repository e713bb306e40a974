/** The attempts that took longest. */
import type { AttemptOutcome, AttemptRecord } from "../../bulk/attempt.ts";

export interface SlowAttempt {
  readonly entryId: string;
  readonly attempt: number;
  readonly seconds: number;
  readonly outcome: AttemptOutcome | undefined;
  readonly host: string;
}

export function makeSlowest(most: number) {
  let slowest: readonly SlowAttempt[] = [];
  return {
    add({ entryId, attempt, outcome, host }: AttemptRecord, seconds: number): void {
      const last = slowest.at(-1);
      if (slowest.length === most && last !== undefined && seconds <= last.seconds) return;
      slowest = [...slowest, { entryId, attempt, seconds, outcome, host }]
        .sort((a, b) => b.seconds - a.seconds)
        .slice(0, most);
    },
    all: () => slowest,
  };
}
