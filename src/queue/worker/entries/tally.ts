/** Counts what a worker has run, and from that says how many entries it should hold ready. */
import type { AttemptEnd, AttemptOutcome } from "../../../bulk/attempt.ts";

export interface Tally {
  started(): void;
  ended(end: AttemptEnd): void;
  /** It could not be started. */
  notRun(): void;
  /** Somebody else had the entry when its end was to be stored. */
  lose(): void;
  lost(): number;
  running(): number;
  counts(): Readonly<Partial<Record<AttemptOutcome, number>>>;
  /** Entries that free slots will have begun within a fifth of a second: what is held longer, others might have run. */
  ahead(slots: number): number;
}

const AHEAD_MS = 200;
/** Weight of the newest attempt in the mean. */
const NEWEST = 0.1;

export function makeTally(): Tally {
  const counts: Partial<Record<AttemptOutcome, number>> = {};
  let running = 0;
  let lost = 0;
  let meanMs: number | undefined;
  return {
    started() {
      running++;
    },
    ended({ outcome, startedAt, endedAt }) {
      running--;
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      const ms = Math.max(Date.parse(endedAt) - Date.parse(startedAt), 0.1);
      meanMs = meanMs === undefined ? ms : meanMs * (1 - NEWEST) + ms * NEWEST;
    },
    notRun() {
      running--;
    },
    lose() {
      lost++;
    },
    lost: () => lost,
    running: () => running,
    counts: () => counts,
    ahead: (slots) => (meanMs === undefined ? 0 : Math.floor((slots * AHEAD_MS) / meanMs)),
  };
}
