/**
 * Ports: the queue and the history of bulk runs. Embedded it is SQLite, on AWS an SQS queue a run and DynamoDB.
 *
 * An entry is delivered at least once; what makes it count once is its record: an attempt is one (entry, number), taken
 * by one worker, and its end is stored together with the entry's next state before the queue forgets anything.
 */
import type { Page, PageRequest } from "../pages.ts";
import type { AttemptEnd, AttemptOutcome, AttemptRecord } from "./attempt.ts";
import type { BulkRun, EntryCounts, NewBulkRun, RunState } from "./bulk-run.ts";
import type { Entry, EntryRecord, EntryState } from "./entry.ts";
import type { Next } from "./retry-policy.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** Checked entries that wait to be stored, by position from 1. */
export interface EntrySource {
  readonly count: number;
  /** At most `limit` entries after a position, in order. */
  read(after: number, limit: number): readonly Entry[];
}

export type LoadOutcome =
  | { readonly outcome: "loaded" }
  /** A run of this name exists with other entries; nothing was changed. */
  | { readonly outcome: "exists"; readonly run: BulkRun };

export interface EntryQuery extends PageRequest {
  readonly run: string;
  readonly state?: EntryState | undefined;
  /** Only IDs that start with it. */
  readonly prefix?: string | undefined;
}

export interface AttemptQuery extends PageRequest {
  readonly run: string;
  /** Of this entry, in order of attempts; without it of all: those of an entry together and in order, and always in the same order. */
  readonly entryId?: string | undefined;
  readonly outcome?: AttemptOutcome | undefined;
}

/** What operators do. */
export interface BulkRuns {
  /**
   * Stores a run with its entries; workers may take them once all are stored. Called again for a run that is LOADING with
   * the same digest it goes on where it was. `progress` is told how many are stored.
   */
  load(run: NewBulkRun, entries: EntrySource, progress?: (stored: number) => void): Promise<LoadOutcome>;
  get(name: string): Promise<BulkRun | undefined>;
  /** Newest first. */
  list(): Promise<readonly BulkRun[]>;
  counts(name: string): Promise<EntryCounts>;
  entries(query: EntryQuery): Promise<Page<EntryRecord>>;
  entry(run: string, id: string): Promise<EntryRecord | undefined>;
  attempts(query: AttemptQuery): Promise<Page<AttemptRecord>>;
  workers(run: string): Promise<readonly WorkerRecord[]>;
  /** A conditional write: true where the run was in one of `from`. */
  setState(name: string, from: readonly RunState[], to: RunState, reason?: string): Promise<boolean>;
  /** Changes limits, policy or the pool of a run, for its next attempts. */
  configure(name: string, change: Partial<Pick<NewBulkRun, "limits" | "policy" | "pool" | "task">>): Promise<void>;
  /**
   * Entries that have ended in one of these states wait again, with all their retries; where there are any, the run is
   * OPEN again. How many.
   */
  requeue(name: string, from: readonly EntryState[], ids?: readonly string[]): Promise<number>;
  /** What waits is CANCELLED; what runs ends by itself. How many. */
  purge(name: string, reason: string): Promise<number>;
  /** Removes the run, its entries and its history. False where there is none. */
  remove(name: string): Promise<boolean>;
}

/** An entry that a worker holds until `until`, unless it extends that. */
export interface Lease {
  readonly run: string;
  readonly entry: Entry;
  /** From 1; `release` gives the number back. */
  readonly attempt: number;
  readonly worker: string;
  /** Milliseconds since 1970. */
  readonly until: number;
  /** What the store needs to know it again. */
  readonly receipt: string;
}

export interface ReceiveRequest {
  readonly run: string;
  readonly worker: string;
  readonly max: number;
  readonly leaseMs: number;
}

export interface Received {
  readonly leases: readonly Lease[];
  /** Whether the run gives out entries; nothing comes from one that is not OPEN. */
  readonly state: RunState | "missing";
}

export type FinishOutcome =
  | { readonly outcome: "recorded"; readonly next: Next }
  /** The lease had run out and somebody else has the entry, or this end was recorded before. Nothing was changed. */
  | { readonly outcome: "lost" };

/** What workers do. */
export interface BulkQueue {
  /** Entries that are due, and those whose lease ran out: their attempt ends as `spot` first, by the run's policy. */
  receive(request: ReceiveRequest): Promise<Received>;
  /** Heartbeat. Those that are no longer this worker's come back. */
  extend(leases: readonly Lease[], leaseMs: number): Promise<readonly Lease[]>;
  /** Stores ends and next states; only then is the message deleted. In the order given. */
  finish(ends: readonly { readonly lease: Lease; readonly end: AttemptEnd }[]): Promise<readonly FinishOutcome[]>;
  /** Gives back what was never started: it is no attempt. */
  release(leases: readonly Lease[]): Promise<void>;
  /** Makes the worker known, and keeps what is known of it up to date. */
  reportWorker(worker: WorkerRecord): Promise<void>;
}

/** What a task wrote, kept per attempt. */
export interface BulkLogs {
  /** A file on this machine that an attempt's output goes to; its folder exists. */
  open(lease: Pick<Lease, "run" | "entry" | "attempt">): Promise<string>;
  /** Keeps the file where it can be found later, under the name that is returned; removes an empty one. */
  keep(lease: Pick<Lease, "run" | "entry" | "attempt">, file: string): Promise<string | undefined>;
  /** Text of a kept log; undefined where it is gone. */
  read(log: string): Promise<string | undefined>;
}
