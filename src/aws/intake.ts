/** Payloads on their way to `process`: through the topic, as from outside, or straight to the queue behind it, as a chain's. */
import type { Intake, OutgoingMessage, SendOutcome } from "../events/intake.ts";
import { utf8Length } from "../json.ts";
import { asMessageText, type BatchAnswer, entryId, sendInBatches } from "./batches.ts";
import type { Sns } from "./services/sns.ts";
import type { Sqs } from "./services/sqs.ts";

/** A topic's limit; a queue would take more, but a payload that is sent again has to fit either way. */
const MAX_MESSAGE_BYTES = 262_144;
const MAX_TOPIC_BATCH_BYTES = 262_144;
const MAX_QUEUE_BATCH_BYTES = 1_048_576;

export interface SqsIntakeOptions {
  readonly sqs: () => Promise<Sqs>;
  readonly queueUrl: string;
}

export function makeSqsIntake({ sqs, queueUrl }: SqsIntakeOptions): Intake {
  return makeIntake(MAX_QUEUE_BATCH_BYTES, async (messages) => {
    const Entries = messages.map(({ body }, index) => ({ Id: entryId(index), MessageBody: asMessageText(body) }));
    return (await sqs()).sendMessageBatch({ QueueUrl: queueUrl, Entries });
  });
}

export interface SnsIntakeOptions {
  readonly sns: () => Promise<Sns>;
  readonly topicArn: string;
}

export function makeSnsIntake({ sns, topicArn }: SnsIntakeOptions): Intake {
  return makeIntake(MAX_TOPIC_BATCH_BYTES, async (messages) => {
    const entries = messages.map(({ body }, index) => ({ Id: entryId(index), Message: asMessageText(body) }));
    return (await sns()).publishBatch({ TopicArn: topicArn, PublishBatchRequestEntries: entries });
  });
}

function makeIntake(maxBytes: number, send: (batch: readonly OutgoingMessage[]) => Promise<BatchAnswer>): Intake {
  return {
    async send(messages) {
      const refused = new Map(messages.flatMap((message) => refuse(message).map((outcome) => [message, outcome])));
      const accepted = messages.filter((message) => !refused.has(message));
      const sent = await sendInBatches(accepted, { maxBytes, bytesOf, send });
      const outcomes = new Map(accepted.map((message, index) => [message, sent[index]]));
      return messages.map((message) => refused.get(message) ?? outcomes.get(message) ?? unanswered(message));
    },
  };
}

function bytesOf({ body }: OutgoingMessage): number {
  return utf8Length(asMessageText(body));
}

function refuse(message: OutgoingMessage): SendOutcome[] {
  const bytes = bytesOf(message);
  if (bytes <= MAX_MESSAGE_BYTES) return [];
  const advice = `The message is ${bytes} bytes; a topic takes ${MAX_MESSAGE_BYTES}. Store it as an object and send {"url": "s3://…"}.`;
  return [{ id: message.id, outcome: "failed", message: advice, transient: false }];
}

function unanswered({ id }: OutgoingMessage): SendOutcome {
  return { id, outcome: "failed", message: "no outcome was reported", transient: true };
}
