/** Takes the entries that messages speak of, as far as they are due, and ends the attempts of workers that are gone. */
import type { AttemptEnd } from "../../../bulk/attempt.ts";
import type { Lease } from "../../../bulk/bulk-store.ts";
import { hasEnded } from "../../../bulk/entry.ts";
import { nextAfter } from "../../../bulk/retry-policy.ts";
import { isoTime } from "../../../clock.ts";
import { getItems } from "../../state/read-items.ts";
import { inParallel } from "../../state/table.ts";
import type { Place } from "../place.ts";
import { endedItem } from "../records/attempt-item.ts";
import { commit, type Move } from "../records/commit.ts";
import { type EntryRow, type Holder, hasCome, isHeld, readEntry, toEntryRow, waits } from "../records/entry-item.ts";
import { entryKey } from "../records/keys.ts";
import type { Queues, RunRecord } from "../records/run-record.ts";
import { writeReceipt } from "./lease.ts";
import { type BulkMessage, deleteMessages, type Hidden, hideMessages } from "./messages.ts";

export interface Claimant {
  readonly worker: string;
  readonly host: string;
  readonly leaseMs: number;
}

/** What is to be done with a message, once its move was made where it has one. */
interface Decision {
  readonly message: BulkMessage;
  readonly move?: Move | undefined;
  readonly lease?: Lease | undefined;
  /** Seconds until it may come again; undefined where it is of no use any more. */
  readonly hide?: number | undefined;
}

/** Until whoever else is at the entry has done with it. */
const SOON_SECONDS = 1;

export async function claim(
  record: RunRecord & { readonly queues: Queues },
  claimant: Claimant,
  messages: readonly BulkMessage[],
  place: Place,
): Promise<readonly Lease[]> {
  const { key, queues, run } = record;
  const keys = [...new Set(messages.map(({ position }) => position))].map((position) => entryKey(key, position));
  const rows = (await getItems(keys, await place.table())).map(toEntryRow);
  const byPosition = new Map(rows.map((row) => [row.position, row]));
  const decisions = await inParallel(messages, (message) => {
    const row = byPosition.get(message.position);
    // The second message of the same entry finds it gone, and is decided on when it comes again.
    byPosition.delete(message.position);
    if (row !== undefined) return decide(row, message, record, claimant, place);
    const isSecond = rows.some(({ position }) => position === message.position);
    return Promise.resolve<Decision>({ message, ...(isSecond && { hide: SOON_SECONDS }) });
  });
  const moves = decisions.flatMap(({ move }) => move ?? []);
  const made = await commit(key, claimant.worker, moves, place);
  const refused = new Set(moves.filter((_, i) => made[i] === false));
  const settled = decisions.map(
    (one): Decision => (one.move && refused.has(one.move) ? { message: one.message, hide: SOON_SECONDS } : one),
  );
  const free = settled.filter(({ lease }) => lease === undefined);
  const hidden = free.flatMap(({ message, hide }): Hidden[] =>
    hide === undefined ? [] : [{ handle: message.handle, seconds: hide }],
  );
  const useless = free.flatMap(({ message, hide }) => (hide === undefined ? [message.handle] : []));
  await Promise.all([hideMessages(queues.queueUrl, hidden, place), deleteMessages(queues.queueUrl, useless, place)]);
  return settled.flatMap(({ lease }) => (lease === undefined ? [] : [{ ...lease, run: run.name }]));
}

async function decide(
  row: EntryRow,
  message: BulkMessage,
  record: RunRecord & { readonly queues: Queues },
  claimant: Claimant,
  place: Place,
): Promise<Decision> {
  const now = place.clock.now();
  if (hasEnded(row.state)) return { message };
  if (row.holder !== undefined) {
    if (row.holder.until > now) return { message, hide: (row.holder.until - now) / 1000 };
    return takeOver(row, row.holder, message, record, claimant, place);
  }
  if (row.due > now) return { message, hide: (row.due - now) / 1000 };
  const where = { state: "QUEUED", attempts: row.attempts };
  return take({ row, message, where, counts: { QUEUED: -1, RUNNING: 1, attempts: 1 } }, record, claimant, place);
}

/** The attempt of a worker that was not heard of in time ends first; where nothing stands against it the next one begins at once. */
async function takeOver(
  row: EntryRow,
  holder: Holder,
  message: BulkMessage,
  record: RunRecord & { readonly queues: Queues },
  claimant: Claimant,
  place: Place,
): Promise<Decision> {
  const { worker, host, startedAt, until, lease } = holder;
  const now = place.clock.now();
  const { id: entryId, position, attempts: attempt } = row;
  const error = {
    name: "WorkerLost",
    message: `the worker ${worker} was not heard of for as long as it held the entry`,
  };
  const end: AttemptEnd = { outcome: "spot", error, startedAt, endedAt: isoTime(now) };
  const next = nextAfter(record.run.policy, row.retries, end);
  const ended = await endedItem(record.key, { entryId, position, attempt, worker, host }, end, place);
  // A heartbeat that comes in between moves its end.
  const where = { state: "RUNNING", lease, until };
  if (next.state !== "QUEUED") {
    const change = { set: hasCome(next.state, next.state === "FAILED" ? next.reason : undefined), where };
    return { message, move: { position, change, ended, counts: { RUNNING: -1, [next.state]: 1 } } };
  }
  if (next.delaySeconds > 0) {
    const change = { set: waits(now + next.delaySeconds * 1000, next.retries, next.reason), where };
    const move = { position, change, ended, counts: { RUNNING: -1, QUEUED: 1 } };
    return { message, move, hide: next.delaySeconds };
  }
  const again = { ...row, retries: next.retries };
  return take({ row: again, message, where, ended, counts: { attempts: 1 } }, record, claimant, place);
}

async function take(
  {
    row,
    message,
    where,
    ended,
    counts,
  }: { row: EntryRow; message: BulkMessage } & Pick<Move, "ended" | "counts"> & {
      readonly where: Move["change"]["where"];
    },
  { key, queues, run }: RunRecord & { readonly queues: Queues },
  { worker, host, leaseMs }: Claimant,
  place: Place,
): Promise<Decision> {
  const { position, retries } = row;
  const attempt = row.attempts + 1;
  const now = place.clock.now();
  const lease = place.newId();
  const holder: Holder = { worker, host, startedAt: isoTime(now), until: now + leaseMs, lease };
  const set = { ...isHeld(holder, attempt), retries: JSON.stringify(retries) };
  const { queueUrl } = queues;
  const receipt = writeReceipt({ run: key, queueUrl, handle: message.handle, position, lease, host, retries });
  const entry = await readEntry(row.item, place.objects);
  return {
    message,
    move: { position, change: { set, ...(where && { where }) }, ended, counts },
    lease: { run: run.name, entry, attempt, worker, until: holder.until, receipt },
  };
}
