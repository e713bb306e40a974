/** Ends of attempts, heartbeats, and what is given back. The record comes first; only then the message is touched. */
import {
  ConditionalCheckFailedException,
  TransactionConflictException,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { AttemptEnd } from "../../../bulk/attempt.ts";
import type { BulkQueue, FinishOutcome, Lease } from "../../../bulk/bulk-store.ts";
import { type Next, nextAfter, type RetryPolicy } from "../../../bulk/retry-policy.ts";
import { inParallel } from "../../state/table.ts";
import { updateOf } from "../../state/update-item.ts";
import type { Place } from "../place.ts";
import { endedItem } from "../records/attempt-item.ts";
import { commit, type Move } from "../records/commit.ts";
import { hasCome, waits } from "../records/entry-item.ts";
import { entryKey } from "../records/keys.ts";
import { type RunRecord, readRun } from "../records/run-record.ts";
import { isStillHeld, type Receipt, readReceipt } from "./lease.ts";
import { deleteMessages, type Hidden, hideMessages } from "./messages.ts";

interface Ending {
  readonly lease: Lease;
  readonly end: AttemptEnd;
}

export async function finish(ends: readonly Ending[], place: Place): Promise<readonly FinishOutcome[]> {
  const outcomes: FinishOutcome[] = ends.map(() => ({ outcome: "lost" }));
  for (const [name, own] of Map.groupBy(ends.entries(), ([, { lease }]) => lease.run)) {
    const record = await readRun(name, place);
    if (record === undefined) continue;
    const nexts = await finishOfRun(
      own.map(([, ending]) => ending),
      record,
      place,
    );
    for (const [i, [index]] of own.entries()) {
      const next = nexts[i];
      if (next !== undefined) outcomes[index] = { outcome: "recorded", next };
    }
  }
  return outcomes;
}

/** Undefined for those that are lost. */
async function finishOfRun(
  ends: readonly Ending[],
  { run }: RunRecord,
  place: Place,
): Promise<readonly (Next | undefined)[]> {
  const planned = await inParallel(ends, (ending) => planEnd(ending, run.policy, place));
  const outcomes: (Next | undefined)[] = ends.map(() => undefined);
  for (const own of Map.groupBy(planned.entries(), ([, { worker }]) => worker).values()) {
    const [, first] = own[0] ?? [];
    if (first === undefined) continue;
    const moves = own.map(([, { move }]) => move);
    const made = await commit(first.receipt.run, first.worker, moves, place);
    const recorded = own.filter((_, i) => made[i]);
    for (const [index, { next }] of recorded) outcomes[index] = next;
    await settle(
      recorded.map(([, one]) => one),
      place,
    );
  }
  return outcomes;
}

interface PlannedEnd {
  readonly receipt: Receipt;
  readonly worker: string;
  readonly next: Next;
  readonly move: Move;
}

async function planEnd({ lease, end }: Ending, policy: RetryPolicy, place: Place): Promise<PlannedEnd> {
  const receipt = readReceipt(lease);
  const { position, host, retries, run } = receipt;
  const { worker, attempt } = lease;
  const next = nextAfter(policy, retries, end);
  const ended = await endedItem(run, { entryId: lease.entry.id, position, attempt, worker, host }, end, place);
  const set =
    next.state === "QUEUED"
      ? waits(place.clock.now() + next.delaySeconds * 1000, next.retries, next.reason)
      : hasCome(next.state, next.state === "FAILED" ? next.reason : undefined);
  const change = { set, where: isStillHeld(receipt) };
  return { receipt, worker, next, move: { position, change, ended, counts: { RUNNING: -1, [next.state]: 1 } } };
}

/** The message of an entry that waits again stays, hidden until it is due: there is no moment without one. */
async function settle(recorded: readonly PlannedEnd[], place: Place): Promise<void> {
  for (const [queueUrl, own] of Map.groupBy(recorded, ({ receipt }) => receipt.queueUrl)) {
    const waiting = own.flatMap(({ next, receipt }): Hidden[] =>
      next.state === "QUEUED" ? [{ handle: receipt.handle, seconds: next.delaySeconds }] : [],
    );
    const done = own.flatMap(({ next, receipt }) => (next.state === "QUEUED" ? [] : [receipt.handle]));
    await Promise.all([hideMessages(queueUrl, waiting, place), deleteMessages(queueUrl, done, place)]);
  }
}

/**
 * The record's time is what counts. SQS hides a message for 12 hours in all, and shows it then: whoever receives it sees by the
 * record that the entry is in good hands.
 */
export async function extend(leases: readonly Lease[], leaseMs: number, place: Place): ReturnType<BulkQueue["extend"]> {
  const until = place.clock.now() + leaseMs;
  const kept = await inParallel(leases, (lease) => moveEnd(readReceipt(lease), until, place));
  const receipts = leases.filter((_, i) => kept[i]).map(readReceipt);
  for (const [queueUrl, own] of Map.groupBy(receipts, (receipt) => receipt.queueUrl)) {
    const seconds = leaseMs / 1000;
    await hideMessages(
      queueUrl,
      own.map(({ handle }) => ({ handle, seconds })),
      place,
    );
  }
  return leases.filter((_, i) => !kept[i]);
}

async function moveEnd(receipt: Receipt, until: number, place: Place): Promise<boolean> {
  const { client, table } = await place.table();
  const change = { set: { until }, where: isStillHeld(receipt) };
  try {
    await client.send(new UpdateItemCommand(updateOf(table, entryKey(receipt.run, receipt.position), change)));
    return true;
  } catch (thrown) {
    if (thrown instanceof ConditionalCheckFailedException) return false;
    // Its end is just being stored, or another one's: what has become of it is seen at the next heartbeat.
    if (thrown instanceof TransactionConflictException) return true;
    throw thrown;
  }
}

export async function release(leases: readonly Lease[], place: Place): Promise<void> {
  for (const own of Map.groupBy(leases, ({ run, worker }) => `${run}/${worker}`).values()) {
    const receipts = own.map(readReceipt);
    const [first] = receipts;
    const [{ worker = "" } = {}] = own;
    if (first === undefined) continue;
    const now = place.clock.now();
    const moves = own.map((lease, i): Move => {
      const receipt = receipts[i] ?? first;
      const set = { ...waits(now, receipt.retries, undefined), attempts: lease.attempt - 1 };
      const counts = { RUNNING: -1, QUEUED: 1, attempts: -1 };
      return { position: receipt.position, change: { set, where: isStillHeld(receipt) }, counts };
    });
    const made = await commit(first.run, worker, moves, place);
    const given = receipts.filter((_, i) => made[i]).map(({ handle }) => ({ handle, seconds: 0 }));
    await hideMessages(first.queueUrl, given, place);
  }
}
