/** The dead letters of an SQS queue. Looking at them takes them for a moment and gives every one of them back. */
import type { Message } from "@aws-sdk/client-sqs";
import { CirrusError } from "../errors.ts";
import type { DeadLetter, DeadLetters } from "../events/dead-letters.ts";
import { decodeCursor, encodeCursor, pageSize } from "../pages.ts";
import type { Sqs } from "./services/sqs.ts";

export interface SqsDeadLettersOptions {
  readonly sqs: () => Promise<Sqs>;
  readonly deadLetterQueueUrl: string;
  /** Where they came from. */
  readonly queueUrl: string;
}

export interface MoveProgress {
  /** As SQS writes it: RUNNING, COMPLETED, FAILED … */
  readonly status: string;
  readonly moved: number;
  /** When SQS knows it. */
  readonly total?: number | undefined;
  readonly failure?: string | undefined;
}

export interface SqsDeadLetters extends DeadLetters {
  /** How many there are, as SQS estimates it. */
  count(): Promise<number>;
  /** Has SQS move all of them; it goes on by itself. */
  redriveAll(): Promise<void>;
  /** Of the latest move of all; undefined where there was none. */
  moveProgress(): Promise<MoveProgress | undefined>;
}

/** So many are looked through at most; a queue with more is redriven as a whole. */
const MOST_TAKEN = 2_000;
/** Seconds for which those that are taken are hidden, should giving them back fail. */
const HIDDEN_SECONDS = 60;
/** SQS asks all its hosts only when it may wait. */
const WAIT_SECONDS = 1;

export function makeSqsDeadLetters({ sqs, deadLetterQueueUrl, queueUrl }: SqsDeadLettersOptions): SqsDeadLetters {
  /** Works on every message that is there; those that `work` does not name are given back at once. */
  async function take<T>(
    work: (messages: readonly Message[]) => Promise<{ result: T; gone: readonly Message[] }>,
  ): Promise<T> {
    const service = await sqs();
    const taken = new Map<string, Message>();
    let gone: readonly Message[] = [];
    try {
      for (let some = true; some && taken.size < MOST_TAKEN; ) {
        const { Messages = [] } = await service.receiveMessage({
          QueueUrl: deadLetterQueueUrl,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: HIDDEN_SECONDS,
          WaitTimeSeconds: WAIT_SECONDS,
          MessageSystemAttributeNames: ["SentTimestamp", "ApproximateReceiveCount"],
        });
        for (const message of Messages) taken.set(message.MessageId ?? "", message);
        some = Messages.length > 0;
      }
      const { result, gone: done } = await work([...taken.values()]);
      gone = done;
      return result;
    } finally {
      const left = [...taken.values()].filter((message) => !gone.includes(message));
      for (const batch of tens(left)) {
        await service.changeMessageVisibilityBatch({
          QueueUrl: deadLetterQueueUrl,
          Entries: batch.map(({ ReceiptHandle }, i) => ({ Id: `${i}`, ReceiptHandle, VisibilityTimeout: 0 })),
        });
      }
    }
  }

  /** Deleted only after the queue has it: one may come twice, none is lost. */
  async function moveBack(batch: readonly Message[]): Promise<readonly Message[]> {
    const service = await sqs();
    const { Successful = [] } = await service.sendMessageBatch({
      QueueUrl: queueUrl,
      Entries: batch.map(({ Body }, i) => ({ Id: `${i}`, MessageBody: Body })),
    });
    const sent = batch.filter((_, i) => Successful.some(({ Id }) => Id === `${i}`));
    if (sent.length === 0) return [];
    await service.deleteMessageBatch({
      QueueUrl: deadLetterQueueUrl,
      Entries: sent.map(({ ReceiptHandle }, i) => ({ Id: `${i}`, ReceiptHandle })),
    });
    return sent;
  }

  async function attribute(url: string, name: "QueueArn" | "ApproximateNumberOfMessages"): Promise<string> {
    const service = await sqs();
    const { Attributes = {} } = await service.getQueueAttributes({ QueueUrl: url, AttributeNames: [name] });
    const value = Attributes[name];
    if (value === undefined) throw new CirrusError(`SQS did not say the ${name} of ${url}.`);
    return value;
  }

  return {
    /** The oldest first. */
    async list({ limit, cursor }) {
      const size = pageSize(limit);
      const after = cursor === undefined ? undefined : decodeCursor("dead-letters", cursor, NO_KEY);
      return take(async (messages) => {
        const letters = messages.map(toDeadLetter).sort((a, b) => compare(keyOf(a), keyOf(b)));
        const rest = after ? letters.filter((one) => compare(keyOf(one), after) > 0) : letters;
        const items = rest.slice(0, size);
        const last = items.at(-1);
        const next = rest.length > size && last ? encodeCursor("dead-letters", keyOf(last)) : undefined;
        return { result: { items, ...(next !== undefined && { next }) }, gone: [] };
      });
    },

    async redrive(messageIds) {
      if (messageIds.length === 0) return 0;
      const wanted = new Set(messageIds);
      return take(async (messages) => {
        const chosen = messages.filter(({ MessageId = "" }) => wanted.has(MessageId));
        const gone: Message[] = [];
        for (const batch of tens(chosen)) gone.push(...(await moveBack(batch)));
        return { result: gone.length, gone };
      });
    },

    count: async () => Number(await attribute(deadLetterQueueUrl, "ApproximateNumberOfMessages")),

    async redriveAll() {
      const [SourceArn, DestinationArn] = await Promise.all([
        attribute(deadLetterQueueUrl, "QueueArn"),
        // Said, because SNS and EventBridge put letters there too, which SQS knows no queue of.
        attribute(queueUrl, "QueueArn"),
      ]);
      await (await sqs()).startMessageMoveTask({ SourceArn, DestinationArn });
    },

    async moveProgress() {
      const SourceArn = await attribute(deadLetterQueueUrl, "QueueArn");
      const { Results: [latest] = [] } = await (await sqs()).listMessageMoveTasks({ SourceArn, MaxResults: 1 });
      if (latest === undefined) return undefined;
      return {
        status: latest.Status ?? "UNKNOWN",
        moved: latest.ApproximateNumberOfMessagesMoved ?? 0,
        total: latest.ApproximateNumberOfMessagesToMove,
        failure: latest.FailureReason,
      };
    },
  };
}

function toDeadLetter({ MessageId = "", Body = "", Attributes = {} }: Message): DeadLetter {
  return {
    messageId: MessageId,
    body: Body,
    sentAt: Number(Attributes.SentTimestamp ?? 0),
    receiveCount: Number(Attributes.ApproximateReceiveCount ?? 0),
  };
}

type Key = readonly [number, string];

/** Says what a key is made of. */
const NO_KEY: Key = [0, ""];

function keyOf({ sentAt, messageId }: DeadLetter): Key {
  return [sentAt, messageId];
}

function compare([atA, idA]: Key, [atB, idB]: Key): number {
  return atA - atB || (idA < idB ? -1 : idA > idB ? 1 : 0);
}

function tens<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / 10) }, (_, i) => all.slice(i * 10, i * 10 + 10));
}
