/** What a person wants to know of a run while it goes on: how much is done, how quickly, how long it will take, what fails. */
import type { AttemptEnd } from "../bulk/attempt.ts";
import { type EntryCounts, endedOf } from "../bulk/bulk-run.ts";
import type { Clock } from "../clock.ts";
import { type ErrorGroup, makeErrorGroups } from "./report/error-groups.ts";

export interface RunningTask {
  readonly entryId: string;
  readonly ms: number;
}

export interface Snapshot {
  readonly counts: EntryCounts;
  readonly entries: number;
  /** Entries that will not be tried any more. */
  readonly ended: number;
  /** Attempts that were not the last of their entry. */
  readonly retries: number;
  /** Entries that ended in a second; undefined until that can be said. */
  readonly perSecond: number | undefined;
  readonly remainingMs: number | undefined;
  /** Those that this process runs, the longest first. */
  readonly running: readonly RunningTask[];
  /** Of attempts that ended here, the most frequent first. */
  readonly errors: readonly ErrorGroup[];
}

export interface Progress {
  /** This process began an attempt, or it ended. */
  started(entryId: string): void;
  ended(of: { readonly entryId: string; readonly attempt: number }, end: AttemptEnd): void;
  /** What the store counts now. */
  counted(counts: EntryCounts): void;
  snapshot(): Snapshot | undefined;
}

/** The rate is that of the last minute: what runs later may take longer than what ran first. */
const WINDOW_MS = 60_000;
const TOP_ERRORS = 10;

export function makeProgress(entries: number, clock: Pick<Clock, "now">): Progress {
  const running = new Map<string, number>();
  const errors = makeErrorGroups();
  let samples: { readonly at: number; readonly ended: number }[] = [];
  let latest: EntryCounts | undefined;

  return {
    started: (entryId) => void running.set(entryId, clock.now()),
    ended({ entryId, attempt }, end) {
      running.delete(entryId);
      errors.add({ ...end, entryId, attempt });
    },
    counted(counts) {
      const now = clock.now();
      latest = counts;
      samples = [...samples.filter(({ at }) => now - at <= WINDOW_MS), { at: now, ended: endedOf(counts) }];
    },
    snapshot() {
      if (latest === undefined) return undefined;
      const ended = endedOf(latest);
      const perSecond = rateOf(samples);
      const left = Math.max(0, entries - ended);
      return {
        counts: latest,
        entries,
        ended,
        retries: retriesOf(latest),
        perSecond,
        // What waits for its next try takes as long as that is away, however quick the others were.
        remainingMs: perSecond && latest.RUNNING > 0 ? (left / perSecond) * 1000 : undefined,
        running: [...running]
          .map(([entryId, since]) => ({ entryId, ms: clock.now() - since }))
          .toSorted((a, b) => b.ms - a.ms),
        errors: errors.top(TOP_ERRORS),
      };
    },
  };
}

/** Each entry that was decided, or runs, has one attempt that is no retry. */
export function retriesOf({ attempts, DONE, FAILED, RUNNING }: EntryCounts): number {
  return Math.max(0, attempts - DONE - FAILED - RUNNING);
}

function rateOf(samples: readonly { readonly at: number; readonly ended: number }[]): number | undefined {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < 500 || last.ended <= first.ended) {
    return undefined;
  }
  return ((last.ended - first.ended) * 1000) / (last.at - first.at);
}
