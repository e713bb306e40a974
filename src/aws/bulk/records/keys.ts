/**
 * Where things of bulk runs stand in the one table that all runs share.
 *
 * | pk                        | sk                        | what                                    |
 * | ------------------------- | ------------------------- | --------------------------------------- |
 * | `runs`                    | `<run>`                   | that there is a run of this name        |
 * | `run/<run>`               | `run`                     | the run                                 |
 * | `<run>/<edition>/<shard>` | `entry/<position>`        | an entry, with the attempt that it is in |
 * |                           | `attempt/<position>/<no>` | an attempt that has ended               |
 * |                           | `count/<who>/<lane>`      | what somebody has changed of the counts |
 * |                           | `worker/<worker>`         | what a worker told of itself            |
 *
 * DynamoDB writes 1,000 units a second under one `pk`: entries are dealt out to shards by their position. A run that is
 * loaded anew under the name of one that was removed has another edition, so that nothing late is taken for its own.
 */
import { createHash } from "node:crypto";
import { type Item, toItem } from "../../state/attribute-values.ts";

/** Keys of the entries by their IDs. */
export const BY_ID = "by-id";
export const RUNS = "runs";

export interface RunKey {
  readonly name: string;
  /** Made up when the run is loaded. */
  readonly edition: string;
  readonly shards: number;
}

/** So many entries have a shard of their own before there is another one: a page of a small run is one query. */
const ENTRIES_A_SHARD = 1_000;
const MOST_SHARDS = 64;

export function shardCount(entries: number): number {
  return Math.min(MOST_SHARDS, Math.max(1, Math.ceil(entries / ENTRIES_A_SHARD)));
}

export function listingKey(name: string): Item {
  return toItem({ pk: RUNS, sk: name });
}

export function runKey(name: string): Item {
  return toItem({ pk: `run/${name}`, sk: "run" });
}

/** The `pk` of every shard. */
export function shardsOf({ name, edition, shards }: RunKey): readonly string[] {
  return Array.from({ length: shards }, (_, shard) => `${name}/${edition}/${shard}`);
}

export function entryKey(run: RunKey, position: number): Item {
  return toItem({ pk: shardOf(run, position), sk: entrySort(position) });
}

export function attemptKey(run: RunKey, position: number, attempt: number): Item {
  return toItem({ pk: shardOf(run, position), sk: `${attemptSort(position)}${digits(attempt)}` });
}

/** Where `by` counts; of several lanes of one worker no two wait for each other. */
export function countKey(run: RunKey, by: string, lane: number): Item {
  const sk = `${COUNTS}${by}/${lane}`;
  return toItem({ pk: shardOf(run, numberOf(sk)), sk });
}

export function workerKey(run: RunKey, worker: string): Item {
  return toItem({ pk: shardOf(run, numberOf(worker)), sk: `${WORKERS}${worker}` });
}

/** The index's own partition of one entry. */
export function idKey({ name, edition }: RunKey, id: string): string {
  return `${name}/${edition}/${id}`;
}

export const COUNTS = "count/";
export const WORKERS = "worker/";

export function entrySort(position: number): string {
  return `entry/${digits(position)}`;
}

/** What the sort keys of all attempts of an entry begin with. */
export function attemptSort(position: number): string {
  return `attempt/${digits(position)}/`;
}

function shardOf({ name, edition, shards }: RunKey, number: number): string {
  return `${name}/${edition}/${number % shards}`;
}

/** In the order of texts as of numbers. */
function digits(number: number): string {
  return String(number).padStart(12, "0");
}

function numberOf(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE();
}
