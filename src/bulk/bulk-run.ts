/** A bulk run: a task over the entries of a task file, under one name. */
import type { Json, JsonObject } from "../json.ts";
import type { EntryState } from "./entry.ts";
import type { RetryPolicy } from "./retry-policy.ts";

/**
 * LOADING: its entries are still being stored, and nobody may take one. OPEN: workers take entries. STOPPED: they take no
 * more. FINISHED: every entry has ended.
 */
export const RUN_STATES = ["LOADING", "OPEN", "STOPPED", "FINISHED"] as const;
export type RunState = (typeof RUN_STATES)[number];

/** How each entry of the run is tried. */
export interface TaskLimits {
  /** Seconds that an attempt may take. */
  readonly maxRuntimeSeconds: number;
  /** Resident memory of all processes of an attempt; undefined for no limit. */
  readonly maxMemoryBytes?: number | undefined;
  /** Processors of an attempt. */
  readonly cpus: number;
  /** Seconds between the request to end (SIGTERM) and SIGKILL. */
  readonly graceSeconds: number;
}

/** What runs: a task of the project, or a program. */
export type BulkTask =
  | { readonly kind: "task"; readonly name: string }
  | { readonly kind: "module"; readonly file: string }
  | { readonly kind: "command"; readonly command: readonly string[] };

export interface NewBulkRun {
  /** Letters, digits and hyphens, at most 48; begins with a letter. */
  readonly name: string;
  readonly task: BulkTask;
  readonly limits: TaskLimits;
  readonly policy: RetryPolicy;
  /** SHA-256 of all entries in order: what tells the same file from another one. */
  readonly digest: string;
  /** How many entries it has. */
  readonly entries: number;
  /** Where they came from: the path or URL, its size and time of change, what was selected. For people, and to see at a glance that nothing changed. */
  readonly source: JsonObject;
  /** The pool's plan and options, as the pool stores them. */
  readonly pool?: Json | undefined;
}

export interface BulkRun extends NewBulkRun {
  readonly state: RunState;
  /** Why it is in its state, for people: `stopped by …`, `its budget of 5 USD is used up`. */
  readonly reason?: string | undefined;
  /** ISO 8601 */
  readonly created: string;
  readonly updated: string;
  readonly finishedAt?: string | undefined;
}

/** How many entries are in each state, and how many attempts have begun. */
export type EntryCounts = Readonly<Record<EntryState, number>> & {
  readonly attempts: number;
};

/** Entries that will not be tried any more. */
export function endedOf({ DONE, FAILED, CANCELLED }: EntryCounts): number {
  return DONE + FAILED + CANCELLED;
}
