/**
 * Messages of a run's queue. One says which entry may be due, and no more: what is true of the entry is in its record, so that
 * a message that comes twice, late or for nothing does no harm.
 */
import { CirrusError, TransientError } from "../../../errors.ts";
import { isJsonObject, parseJson } from "../../../json.ts";
import { asMessageText, entryId, sendInBatches } from "../../batches.ts";
import type { Sqs } from "../../services/sqs.ts";
import { inParallel, slices, untilDone } from "../../state/table.ts";
import type { Place } from "../place.ts";
import { MOST_HIDDEN_SECONDS } from "./queues.ts";

const MOST_IN_A_CALL = 10;
const MOST_BATCH_BYTES = 262_144;

export interface Waiting {
  readonly position: number;
  /** For whoever looks into the queue. */
  readonly id: string;
}

/** As it was received. */
export interface BulkMessage {
  readonly position: number;
  /** Proves that it is still in the receiver's hands. */
  readonly handle: string;
}

/** All of them: those that SQS does not take at first are sent again. */
export async function sendMessages(queueUrl: string, entries: readonly Waiting[], place: Place): Promise<void> {
  const { clock, random } = await place.table();
  const sqs = await place.sqs();
  await inParallel(slices(entries, MOST_IN_A_CALL), (slice) =>
    untilDone(slice, { clock, random, service: "SQS" }, async (rest) => {
      const outcomes = await sendInBatches(rest, {
        maxBytes: MOST_BATCH_BYTES,
        bytesOf: (entry) => Buffer.byteLength(bodyOf(entry)),
        send: (batch) => {
          const Entries = batch.map((entry, index) => ({ Id: entryId(index), MessageBody: bodyOf(entry) }));
          return sqs.sendMessageBatch({ QueueUrl: queueUrl, Entries });
        },
      });
      const failed = outcomes.flatMap((one) => (one.outcome === "failed" ? [one] : []));
      const [refused] = failed.filter(({ transient }) => !transient);
      if (refused) throw new CirrusError(`SQS refused the message of the entry ${refused.id}: ${refused.message}`);
      return { rest: rest.filter((_, i) => outcomes[i]?.outcome === "failed"), reason: failed[0]?.message };
    }),
  );
}

function bodyOf({ position, id }: Waiting): string {
  return asMessageText(JSON.stringify({ position, id }));
}

/** What no run has sent speaks of an entry that is not there. */
export function toMessage(body: string, handle: string): BulkMessage {
  return { position: positionIn(body) ?? 0, handle };
}

function positionIn(body: string): number | undefined {
  const value = parseJson(body);
  return isJsonObject(value) && typeof value.position === "number" ? value.position : undefined;
}

/** SQS lets 120,000 messages of a queue be in the hands of receivers; with more attempts at a time it says OverLimit, which passes. */
export async function receiveMessages(
  queueUrl: string,
  {
    max,
    hiddenSeconds,
    waitSeconds,
  }: { readonly max: number; readonly hiddenSeconds: number; readonly waitSeconds: number },
  place: Place,
): Promise<readonly BulkMessage[]> {
  const { Messages = [] } = await (await place.sqs()).receiveMessage({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: Math.min(max, MOST_IN_A_CALL),
    VisibilityTimeout: bounded(hiddenSeconds),
    WaitTimeSeconds: waitSeconds,
  });
  return Messages.flatMap(({ Body = "", ReceiptHandle }) =>
    ReceiptHandle === undefined ? [] : [toMessage(Body, ReceiptHandle)],
  );
}

export interface Hidden {
  readonly handle: string;
  /** From now on; 0 for at once. */
  readonly seconds: number;
}

/** One that is not hidden comes sooner, and is told apart by its entry's record then. */
export async function hideMessages(queueUrl: string, hidden: readonly Hidden[], place: Place): Promise<void> {
  await tolerantly(hidden, place, (sqs, slice) =>
    sqs.changeMessageVisibilityBatch({
      QueueUrl: queueUrl,
      Entries: slice.map(({ handle: ReceiptHandle, seconds }, i) => ({
        Id: entryId(i),
        ReceiptHandle,
        VisibilityTimeout: bounded(seconds),
      })),
    }),
  );
}

/** One that is not deleted comes again, and is deleted then. */
export async function deleteMessages(queueUrl: string, handles: readonly string[], place: Place): Promise<void> {
  await tolerantly(handles, place, (sqs, slice) =>
    sqs.deleteMessageBatch({
      QueueUrl: queueUrl,
      Entries: slice.map((ReceiptHandle, i) => ({ Id: entryId(i), ReceiptHandle })),
    }),
  );
}

/** SQS forgets a receipt after a while, and its answers say so message by message; nothing depends on it. */
async function tolerantly<T>(
  all: readonly T[],
  place: Place,
  call: (sqs: Sqs, slice: readonly T[]) => Promise<unknown>,
): Promise<void> {
  const sqs = await place.sqs();
  await inParallel(slices(all, MOST_IN_A_CALL), async (slice) => {
    try {
      await call(sqs, slice);
    } catch (thrown) {
      if (!(thrown instanceof TransientError)) throw thrown;
    }
  });
}

function bounded(seconds: number): number {
  return Math.min(MOST_HIDDEN_SECONDS, Math.max(0, Math.ceil(seconds)));
}
