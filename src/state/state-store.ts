/**
 * Port: one record per payload ID, and the history of its transitions. On AWS this is DynamoDB, embedded SQLite.
 *
 * Every write is conditional on what its caller last knew, touches a single item, and either happens whole (with its
 * history entry and counts) or not at all: a refused write hands back the record as it stands, so that the caller can
 * explain the refusal without a second read. Methods take arrays because both engines write several items in one round
 * trip (DynamoDB's BatchExecuteStatement: 25 statements, each with its own condition and outcome). Outcomes come in
 * the order of the requests. A store that cannot answer throws TransientError.
 *
 * Words: the *current* execution is the one the last claim planned; a *version* grows by one with every write.
 */
import type { Lineage } from "../payload/lineage.ts";
import type { ActivityCount, ActivityQuery } from "./activity.ts";
import type { FinalState, State } from "./states.ts";

export interface PayloadError {
  /** At most 256 characters, as Step Functions' own. */
  readonly error: string;
  /** At most 32,768 bytes. */
  readonly cause: string;
}

export interface PayloadRecord {
  readonly payloadId: string;
  readonly collections: string;
  readonly workflow: string;
  readonly itemids: string;
  /** As the process definition of the latest claim has it. */
  readonly organisation?: string | undefined;
  readonly state: State;
  /** Grows by one with every write. */
  readonly version: number;
  /** 1 for the first execution; while the payload is WAITING, that of the execution before, or 0. */
  readonly attempt: number;
  /** Name of the current execution, which is planned at least; while the payload is WAITING, of the one that is to come. */
  readonly execution: string;
  /** Times are ISO 8601 in UTC. */
  readonly created: string;
  readonly updated: string;
  /** Of the latest claim; of a payload that has none yet, since when it waits. */
  readonly claimedAt: string;
  /** Of one that waits, or waited before it ran: when its time is over. */
  readonly waitsUntil?: string | undefined;
  readonly startedAt?: string | undefined;
  readonly endedAt?: string | undefined;
  readonly lastError?: PayloadError | undefined;
  /** URLs of the published items; of very many the first, as all are in the output. */
  readonly outputs: readonly string[];
  readonly inputUrl: string;
  readonly outputUrl?: string | undefined;
  readonly lineage: Lineage;
  /** The end is recorded, but its announcements and chained payloads may not all be out yet. */
  readonly effectsPending: boolean;
  /** IDs of the latest messages that led to a claim, newest first, at most ten: a message that comes twice is known by it. */
  readonly messages: readonly string[];
}

export interface ClaimRequest {
  readonly payloadId: string;
  /** `absent`: there must be no record; a number: the record must have this version. */
  readonly expected: "absent" | number;
  readonly execution: string;
  readonly attempt: number;
  readonly inputUrl: string;
  readonly lineage: Lineage;
  readonly organisation?: string | undefined;
  readonly message: string;
  readonly at: string;
  /** Who or what claims, e.g. `process`. */
  readonly actor: string;
  readonly reason: string;
}

/** As a claim, but what the payload awaits is not all there: it becomes WAITING. */
export interface ParkRequest extends ClaimRequest {
  /** Executions that the payload has had. */
  readonly attempt: number;
  /** The execution that is to come: nothing that an earlier one reports counts any more. */
  readonly execution: string;
  readonly waitsUntil: string;
}

export interface TakeOverRequest {
  readonly payloadId: string;
  /** The record must be CLAIMED with this version. */
  readonly expected: number;
}

export interface StartedRequest {
  readonly payloadId: string;
  readonly execution: string;
  readonly at: string;
  readonly actor: string;
  /** Set when a closed execution was redriven: then a record that ended before `at` moves back to PROCESSING. */
  readonly redriven?: boolean;
  /** Why, for the history, where there is more to say. */
  readonly reason?: string | undefined;
}

export interface FinishRequest {
  readonly payloadId: string;
  /** Nothing changes unless this is the current execution. */
  readonly execution: string;
  /** If set, the record must have this version too: for an end that is concluded from the record alone. */
  readonly expected?: number | undefined;
  readonly state: FinalState;
  /** The execution's own stop time. A record that has ended already changes only for a later one (a redriven execution). */
  readonly at: string;
  readonly error?: PayloadError | undefined;
  readonly outputUrl?: string | undefined;
  readonly outputs: readonly string[];
  readonly actor: string;
  readonly reason: string;
}

export interface EffectsDoneRequest {
  readonly payloadId: string;
  /** The version of the record with that end: a redriven execution keeps its name and may have ended again since. */
  readonly expected: number;
}

/** `current` is absent where there is no record at all. */
export type WriteOutcome =
  | { readonly outcome: "written"; readonly record: PayloadRecord }
  | { readonly outcome: "refused"; readonly current: PayloadRecord | undefined };

export interface Transition {
  readonly payloadId: string;
  /** The record's version after the transition. */
  readonly version: number;
  readonly from: State | "none";
  readonly to: State;
  readonly execution: string;
  readonly attempt: number;
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
}

/** What payloads are chosen by; each member narrows the choice. */
export interface PayloadFilter {
  readonly workflow?: string | undefined;
  readonly collections?: string | undefined;
  readonly organisation?: string | undefined;
  readonly state?: State | undefined;
  /** Only records whose `updated` is at or after / at or before this time. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly idPrefix?: string | undefined;
  readonly errorPrefix?: string | undefined;
}

export interface ListQuery extends PayloadFilter {
  /** By `updated`, then payload ID. Default: newest first. */
  readonly order?: "newest" | "oldest" | undefined;
  /** 1 to 1000, default 100. */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Present where more may follow. */
  readonly next?: string | undefined;
}

export interface Count {
  readonly workflow: string;
  readonly collections: string;
  readonly state: State;
  readonly count: number;
}

export interface BoundedCount {
  readonly count: number;
  /** There may be more: counting stopped here. */
  readonly atLeast: boolean;
}

/** What a count comes to that stopped as soon as it had found more than `most`. */
export function boundedCount(found: number, most: number): BoundedCount {
  return { count: Math.min(found, most), atLeast: found > most };
}

export interface StateStore {
  /** Plans an execution: the only gate through which a payload gets to run. */
  claim(requests: readonly ClaimRequest[]): Promise<readonly WriteOutcome[]>;
  /** Lets a payload wait for others. Whoever finds all of them there claims it. */
  park(requests: readonly ParkRequest[]): Promise<readonly WriteOutcome[]>;
  /**
   * Before somebody else than its claimer starts a claimed execution. The record stays as it is but for its version and
   * `updated`: whoever concludes from the older version that the execution will never start is refused. No transition.
   */
  takeOver(requests: readonly TakeOverRequest[]): Promise<readonly WriteOutcome[]>;
  /** CLAIMED to PROCESSING, for the current execution only. */
  started(requests: readonly StartedRequest[]): Promise<readonly WriteOutcome[]>;
  /** To a final state, for the current execution only; `effectsPending` becomes true in the same write. */
  finish(requests: readonly FinishRequest[]): Promise<readonly WriteOutcome[]>;
  /** Clears `effectsPending`, of the very end whose effects are out. No transition. */
  effectsDone(requests: readonly EffectsDoneRequest[]): Promise<void>;
  get(payloadIds: readonly string[]): Promise<readonly (PayloadRecord | undefined)[]>;
  list(query: ListQuery): Promise<Page<PayloadRecord>>;
  /** Records that are open or have effects pending, and were last written before `before`; oldest first. */
  listUnsettled(query: {
    readonly before: string;
    readonly limit?: number;
    readonly cursor?: string;
  }): Promise<Page<PayloadRecord>>;
  /** Records that are WAITING, in the order in which they began to; each changes its place only when it moves on. */
  listWaiting(query: { readonly limit?: number; readonly cursor?: string }): Promise<Page<PayloadRecord>>;
  /** Kept at write time, never counted by a scan. */
  counts(filter?: { readonly workflow?: string; readonly collections?: string }): Promise<readonly Count[]>;
  /** How many records `list` would find: all where counters know, else counted one by one up to `most`. */
  count(filter: PayloadFilter, most: number): Promise<BoundedCount>;
  /**
   * What came into each state over time, by period, workflow and state. Kept at write time, so that it stays when records
   * move on; periods in which nothing happened are not there.
   */
  activity(query: ActivityQuery): Promise<readonly ActivityCount[]>;
  /** Every transition of a payload, oldest first. */
  history(payloadId: string, query?: { readonly limit?: number; readonly cursor?: string }): Promise<Page<Transition>>;
}
