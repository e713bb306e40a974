/** How much waits in SQS queues, as SQS estimates it. How long the oldest has waited is known to CloudWatch alone. */
import { QUEUE_NAMES, type QueueName } from "../events/dead-letters.ts";
import type { QueueDepths } from "../events/queue-depths.ts";
import type { Sqs } from "./services/sqs.ts";

export interface QueueUrls {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

export interface SqsQueueDepthsOptions {
  readonly sqs: () => Promise<Sqs>;
  readonly queues: Readonly<Record<QueueName, QueueUrls>>;
}

export function makeSqsQueueDepths({ sqs, queues }: SqsQueueDepthsOptions): QueueDepths {
  async function sizesOf(QueueUrl: string) {
    const { Attributes = {} } = await (await sqs()).getQueueAttributes({
      QueueUrl,
      AttributeNames: [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible",
      ],
    });
    return {
      waiting:
        Number(Attributes.ApproximateNumberOfMessages ?? 0) +
        Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    };
  }

  return {
    depths: () =>
      Promise.all(
        QUEUE_NAMES.map(async (queue) => {
          const { queueUrl, deadLetterQueueUrl } = queues[queue];
          const [own, dead] = await Promise.all([sizesOf(queueUrl), sizesOf(deadLetterQueueUrl)]);
          // Whoever looks at dead letters has them in hand for a moment.
          return { queue, ...own, dead: dead.waiting + dead.inFlight };
        }),
      ),
  };
}
