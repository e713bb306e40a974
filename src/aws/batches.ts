/** Sends messages in the batches that SQS and SNS take: ten at a time, so many bytes in all, each with an outcome of its own. */
import { TransientError } from "../errors.ts";
import type { SendOutcome } from "../events/intake.ts";
import { isThrottle } from "./failures.ts";

/** The answer of SendMessageBatch and of PublishBatch alike. */
export interface BatchAnswer {
  readonly Successful?: readonly SentEntry[] | undefined;
  readonly Failed?: readonly RefusedEntry[] | undefined;
}

interface SentEntry {
  readonly Id?: string | undefined;
  readonly MessageId?: string | undefined;
}

interface RefusedEntry {
  readonly Id?: string | undefined;
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
  readonly SenderFault?: boolean | undefined;
}

export interface BatchRules<T> {
  /** Bytes that a batch may have in all. */
  readonly maxBytes: number;
  bytesOf(message: T): number;
  /** The entries are known to the service by `entryId` of their place. */
  send(batch: readonly T[]): Promise<BatchAnswer>;
}

const MOST_ENTRIES = 10;

/** What makes a service refuse a whole batch although only one of its entries may be to blame. */
const ENTRY_FAULTS = new Set([
  "BatchRequestTooLong",
  "BatchRequestTooLongException",
  "InvalidMessageContents",
  "InvalidParameter",
  "InvalidParameterException",
  "InvalidParameterValue",
  "InvalidParameterValueException",
  "ParameterValueInvalid",
]);

export function entryId(index: number): string {
  return `${index}`;
}

export async function sendInBatches<T extends { readonly id: string }>(
  messages: readonly T[],
  rules: BatchRules<T>,
): Promise<readonly SendOutcome[]> {
  const batches = sliceBatches(messages, rules);
  return (await Promise.all(batches.map((batch) => sendBatch(batch, rules)))).flat();
}

async function sendBatch<T extends { readonly id: string }>(
  batch: readonly T[],
  rules: BatchRules<T>,
): Promise<readonly SendOutcome[]> {
  try {
    const answer = await rules.send(batch);
    return batch.map(({ id }, index) => outcomeOf(id, entryId(index), answer));
  } catch (thrown) {
    if (thrown instanceof TransientError) return batch.map(({ id }) => failed(id, thrown.message, true));
    if (!(thrown instanceof Error) || !ENTRY_FAULTS.has(thrown.name)) throw thrown;
    const message = `${thrown.name}: ${thrown.message}`;
    if (batch.length === 1) return batch.map(({ id }) => failed(id, message, false));
    // By themselves, so that the one that is to blame is known and its neighbours are sent.
    return (await Promise.all(batch.map((one) => sendBatch([one], rules)))).flat();
  }
}

function outcomeOf(id: string, entry: string, { Successful = [], Failed = [] }: BatchAnswer): SendOutcome {
  const sent = Successful.find(({ Id }) => Id === entry);
  if (sent) return { id, outcome: "sent", ...(sent.MessageId !== undefined && { messageId: sent.MessageId }) };
  const refused = Failed.find(({ Id }) => Id === entry);
  if (!refused) return failed(id, "the service's answer leaves this message out", true);
  const { Code, Message, SenderFault } = refused;
  return failed(id, [Code, Message].filter(Boolean).join(": "), SenderFault !== true || isThrottle(Code));
}

function failed(id: string, message: string, transient: boolean): SendOutcome {
  return { id, outcome: "failed", message, transient };
}

function sliceBatches<T>(messages: readonly T[], { maxBytes, bytesOf }: BatchRules<T>): readonly (readonly T[])[] {
  const batches: T[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = bytesOf(message);
    const last = batches.at(-1);
    if (last && last.length < MOST_ENTRIES && bytes + size <= maxBytes) {
      last.push(message);
      bytes += size;
    } else {
      batches.push([message]);
      bytes = size;
    }
  }
  return batches;
}

/**
 * SQS takes the characters of XML 1.0 only, and so does a topic that a queue listens to. JSON has escapes for the two
 * that a JSON text may hold as they are.
 */
export function asMessageText(json: string): string {
  return json.replaceAll("\uFFFE", "\\ufffe").replaceAll("\uFFFF", "\\uffff");
}
