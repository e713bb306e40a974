/** The queue of a run and that of its dead letters: made when it is loaded, gone with it. */
import { createHash } from "node:crypto";
import { CirrusError, EXIT } from "../../../errors.ts";
import type { Sqs } from "../../services/sqs.ts";
import type { Place } from "../place.ts";
import type { Queues, RunRecord } from "../records/run-record.ts";

/** As long as SQS keeps anything; what a stopped run loses then, `repair` sends again. */
const RETENTION_SECONDS = 14 * 24 * 3600;
/** SQS's most: every retry, spot notice and worker that stops is one more receive of the same message. */
const MOST_RECEIVES = 1_000;
/** SQS's most: 12 hours. */
export const MOST_HIDDEN_SECONDS = 43_200;

/**
 * Workers say a time of their own whenever they receive. Lambda does not, and takes no queue that hides a message for less time
 * than its function may run, which is 15 minutes at most.
 */
const LAMBDA_SECONDS = 960;

const MOST_NAME = 80;
const DEAD = "-dead";

/**
 * The edition is part of it: for 60 seconds after a queue was deleted SQS makes none of the same name, and may still give out
 * messages of the one before.
 */
export function queueName(
  prefix: string,
  { name, edition }: { readonly name: string; readonly edition: string },
): string {
  const ending = `-${edition}`;
  const room = MOST_NAME - prefix.length - ending.length - DEAD.length;
  if (name.length <= room) return `${prefix}${name}${ending}`;
  const hash = `-${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
  if (room <= hash.length) {
    throw new CirrusError(`No queue's name has room beside the stack's: ${prefix}…`, {
      hint: `SQS takes ${MOST_NAME} characters: deploy with a shorter service or stage name.`,
      exitCode: EXIT.config,
    });
  }
  return `${prefix}${name.slice(0, room - hash.length)}${hash}${ending}`;
}

/** Made again it is the same one. */
export async function makeQueues({ key }: RunRecord, prefix: string, place: Place): Promise<Queues> {
  const sqs = await place.sqs();
  const name = queueName(prefix, key);
  const kept = { MessageRetentionPeriod: String(RETENTION_SECONDS), SqsManagedSseEnabled: "true" };
  const deadLetterQueueUrl = await createQueue(sqs, `${name}${DEAD}`, { ...kept, Policy: tlsOnly() });
  const deadLetterTargetArn = await arnOf(sqs, deadLetterQueueUrl);
  const queueUrl = await createQueue(sqs, name, {
    ...kept,
    Policy: tlsOnly(),
    VisibilityTimeout: String(LAMBDA_SECONDS),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: MOST_RECEIVES }),
  });
  return { queueUrl, deadLetterQueueUrl };
}

export async function deleteQueues({ queueUrl, deadLetterQueueUrl }: Queues, place: Place): Promise<void> {
  const sqs = await place.sqs();
  for (const QueueUrl of [queueUrl, deadLetterQueueUrl]) {
    try {
      await sqs.deleteQueue({ QueueUrl });
    } catch (thrown) {
      if (!isMissingQueue(thrown)) throw thrown;
    }
  }
}

export interface QueueDepth {
  readonly visible: number;
  readonly delayed: number;
  readonly inFlight: number;
}

/** As SQS estimates it, up to a minute late. */
export async function queueDepth({ queueUrl }: Queues, place: Place): Promise<QueueDepth> {
  const { Attributes = {} } = await (await place.sqs()).getQueueAttributes({
    QueueUrl: queueUrl,
    AttributeNames: [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesDelayed",
      "ApproximateNumberOfMessagesNotVisible",
    ],
  });
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
  };
}

/** SQS's two protocols have a name each for it. */
export function isMissingQueue(thrown: unknown): boolean {
  return (
    thrown instanceof Error && /^(?:QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue)$/.test(thrown.name)
  );
}

async function createQueue(sqs: Sqs, QueueName: string, Attributes: Record<string, string>): Promise<string> {
  const { QueueUrl } = await sqs.createQueue({ QueueName, Attributes });
  if (QueueUrl === undefined) throw new CirrusError(`SQS did not say the address of the queue ${QueueName}.`);
  return QueueUrl;
}

async function arnOf(sqs: Sqs, QueueUrl: string): Promise<string> {
  const { Attributes = {} } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["QueueArn"] });
  if (Attributes.QueueArn === undefined) throw new CirrusError(`SQS did not say the QueueArn of ${QueueUrl}.`);
  return Attributes.QueueArn;
}

/** In a queue's own policy `*` is that queue. */
function tlsOnly(): string {
  const condition = { Bool: { "aws:SecureTransport": "false" } };
  const statement = {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "sqs:*",
    Resource: "*",
    Condition: condition,
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}
