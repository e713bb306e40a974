/**
 * The keys of the state table and of its indexes.
 *
 * | item | pk | sk |
 * | --- | --- | --- |
 * | record | payload ID | `record` |
 * | transition of an earlier time | payload ID | `transition#` and its version in 10 digits |
 * | counter | `counts` | `{workflow}/{state}/{collections}` |
 * | activity | `activity#` and its interval | `{period}/{workflow}` |
 * | checkpoint of the tally | `tally` | ID of the stream's shard |
 * | action of an operator (`../actions.ts`) | `actions` | its ID |
 * | that it is RUNNING | `actions-running` | its ID |
 *
 * Payloads spread over all partitions by their ID. The indexes would not, so each of their partitions is cut into
 * shards: a partition takes 1,000 writes a second, and an index that cannot keep up throttles the table.
 */
import { createHash } from "node:crypto";
import { InvalidInput } from "../../errors.ts";
import { MAX_ID_BYTES, parsePayloadId } from "../../payload/payload-id.ts";
import type { Interval } from "../../state/activity.ts";
import type { State } from "../../state/states.ts";
import { type Item, toItem } from "./attribute-values.ts";

/** Index of all records: partition `stateKey`, sorted by `sortKey`. */
export const BY_STATE = "by-state";
/** Sparse index of the records that have an organisation: partition `organisationKey`, sorted by `sortKey`. */
export const BY_ORGANISATION = "by-organisation";
/** Sparse index of the records that are open, have effects pending or wait: partition `unsettled`, sorted by `sortKey`. */
export const UNSETTLED = "unsettled";

/** More shards would write faster and list slower: each is a query of its own. */
export const SHARDS: readonly string[] = ["0", "1", "2", "3"];

export const RECORD = "record";
export const COUNTS = "counts";
export const TALLY = "tally";

const TRANSITION = "transition#";

export function recordKey(payloadId: string): Item {
  return toItem({ pk: payloadId, sk: RECORD });
}

/** Sorts as a number does, and after `record`. */
export function transitionSort(version: number): string {
  return `${TRANSITION}${String(version).padStart(10, "0")}`;
}

/** The same for a payload at all times and everywhere. */
export function shardOf(payloadId: string): string {
  const byte = createHash("sha1").update(payloadId, "utf8").digest().readUInt8(0);
  return SHARDS[byte % SHARDS.length] ?? "0";
}

/** No workflow has a slash in its name: the parts cannot be mistaken for one another. */
export function stateKey(workflow: string, state: State, shard: string): string {
  return `${workflow}/${state}/${shard}`;
}

/** Those that wait lie apart: there may be many of them, for days, and nothing is wrong with them. */
export function waitingKey(shard: string): string {
  return `waiting/${shard}`;
}

export function organisationKey(organisation: string, shard: string): string {
  return `${organisation}/${shard}`;
}

/** Times of one length come first, so that the whole sorts by time, then by payload ID. */
export function sortKey(updated: string, payloadId: string): string {
  return `${updated}#${payloadId}`;
}

export function counterSort(workflow: string, state: State, collections: string): string {
  return `${workflow}/${state}/${collections}`;
}

export function activityPartition(interval: Interval): string {
  return `activity#${interval}`;
}

export function activitySort(period: string, workflow: string): string {
  return `${period}/${workflow}`;
}

/** DynamoDB's own bounds are 2,048 bytes for `pk` and 1,024 for `sk`; the ID is part of the indexes' sort key, after a time. */
export function refuseImpossibleId(payloadId: string): void {
  if (hasRoom(payloadId)) return;
  throw new InvalidInput(`A payload ID has 1 to ${MAX_ID_BYTES} bytes, this one ${Buffer.byteLength(payloadId)}.`, {
    where: payloadId.slice(0, 200),
    hint: "Give the payload an ID of its own, or put fewer items into it.",
  });
}

/** Whoever asks for any other text need not be told by DynamoDB, which would refuse the whole call. */
export function mayHaveRecord(payloadId: string): boolean {
  return hasRoom(payloadId) && parsePayloadId(payloadId) !== undefined;
}

function hasRoom(payloadId: string): boolean {
  return payloadId !== "" && Buffer.byteLength(payloadId) <= MAX_ID_BYTES;
}
