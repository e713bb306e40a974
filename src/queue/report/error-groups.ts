/**
 * What went wrong, grouped: messages that differ only in numbers and IDs are one. Memory stays flat whatever messages say:
 * of too many groups the rarest are forgotten, which can never be one of the most frequent.
 */
import type { AttemptRecord } from "../../bulk/attempt.ts";
import { oneLine } from "../../bulk/one-line.ts";

export interface ErrorGroup {
  /** Name of what was thrown, or of the cause. */
  readonly error: string;
  /** As it was said; where it was said with other numbers and IDs too, `<n>`, `<id>` and `<entry>` are in their place. */
  readonly message: string;
  /** Attempts that ended so. */
  readonly attempts: number;
  readonly example: {
    readonly entryId: string;
    readonly attempt: number;
    readonly message: string;
    readonly log?: string | undefined;
  };
}

/** What is looked at of an attempt. */
export type FailedAttempt = Pick<
  AttemptRecord,
  "entryId" | "attempt" | "outcome" | "error" | "exitCode" | "signal" | "log"
>;

export interface ErrorGroups {
  add(attempt: FailedAttempt): void;
  /** The most frequent first. */
  top(count: number): readonly ErrorGroup[];
}

const MOST_GROUPS = 5000;

export function makeErrorGroups(): ErrorGroups {
  let groups = new Map<string, ErrorGroup>();
  return {
    add(attempt) {
      const { outcome, error } = attempt;
      if (outcome === undefined || outcome === "done" || outcome === "stopped") return;
      const name = oneLine(error?.name ?? outcome);
      const message = oneLine(error?.message ?? exitOf(attempt));
      const general = generalize(message, attempt.entryId);
      const key = `${name}\n${general}`;
      const known = groups.get(key);
      if (known === undefined && groups.size === MOST_GROUPS) groups = keepMostFrequent(groups);
      groups.set(key, {
        error: name,
        message: known === undefined || known.message === message ? message : general,
        attempts: (known?.attempts ?? 0) + 1,
        example: known?.example ?? exampleOf(attempt, message),
      });
    },
    top: (count) => byFrequency(groups.values()).slice(0, count),
  };
}

function exampleOf({ entryId, attempt, log }: FailedAttempt, message: string): ErrorGroup["example"] {
  return { entryId, attempt, message, ...(log !== undefined && { log }) };
}

function keepMostFrequent(groups: ReadonlyMap<string, ErrorGroup>): Map<string, ErrorGroup> {
  const sorted = [...groups].sort(([, a], [, b]) => b.attempts - a.attempts);
  return new Map(sorted.slice(0, MOST_GROUPS / 2));
}

function byFrequency(groups: Iterable<ErrorGroup>): readonly ErrorGroup[] {
  return [...groups].sort((a, b) => b.attempts - a.attempts);
}

function exitOf({ outcome, exitCode, signal }: FailedAttempt): string {
  if (outcome === "requested") return "it asked to be tried again and named no reason";
  if (signal !== undefined) return `ended by ${signal}`;
  return exitCode === undefined ? "" : `exit code ${exitCode}`;
}

/** `no scene S2A_17 in 0x7f3a` of entry S2A_17 → `no scene <entry> in <id>` */
export function generalize(message: string, entryId: string): string {
  // `deep` is no part of `deeper`, and `task-1` none of `task-12`.
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])${escaped(entryId)}(?![\\p{L}\\p{N}])`, "gu");
  const own = entryId.length < 3 ? message : message.replaceAll(whole, "<entry>");
  return own
    .replaceAll(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, "<id>")
    .replaceAll(/\b0x[0-9a-f]+\b/gi, "<id>")
    .replaceAll(/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi, "<id>")
    .replaceAll(/\d+(?:[.,:]\d+)*(?:e[+-]?\d+)?/gi, "<n>");
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
