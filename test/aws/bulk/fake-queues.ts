/** SQS in memory, in virtual time: messages that come back, come twice when a test wants it, and die when they were received too often. */
import { QueueDoesNotExist } from "@aws-sdk/client-sqs";
import type { Sqs } from "../../../src/aws/services/sqs.ts";
import type { Clock } from "../../../src/clock.ts";

interface Message {
  readonly body: string;
  readonly sentAt: number;
  visibleAt: number;
  receives: number;
  /** Since when it may be hidden for 12 hours in all. */
  receivedAt: number;
  handle: string;
}

export interface FakeQueue {
  readonly attributes: Record<string, string>;
  readonly messages: Message[];
}

export interface QueueFaults {
  /** Whether this entry of a batch is refused for now. */
  refuse?(operation: string): boolean;
  /** Whether a message that is received stays visible: SQS delivers at least once. */
  again?(): boolean;
}

const META = { $metadata: {} };
const TWELVE_HOURS_MS = 43_200_000;
const URL = "https://sqs.us-west-2.amazonaws.com/123456789012/";
const ARN = "arn:aws:sqs:us-west-2:123456789012:";

export function makeFakeQueues(clock: Pick<Clock, "now">, faults: QueueFaults = {}) {
  const queues = new Map<string, FakeQueue>();
  let receipts = 0;

  function queueOf(url: string | undefined): FakeQueue {
    const queue = queues.get(url ?? "");
    if (queue === undefined) throw new QueueDoesNotExist({ message: "The specified queue does not exist.", ...META });
    return queue;
  }

  /** The answer of a batch, entry by entry. */
  function each<E extends { Id?: string | undefined }>(
    operation: string,
    Entries: readonly E[] | undefined,
    act: (entry: E) => boolean,
  ) {
    const done = (Entries ?? []).map((entry) => {
      if (faults.refuse?.(operation)) return { Id: entry.Id, Code: "InternalError", SenderFault: false, ok: false };
      return { Id: entry.Id, Code: "ReceiptHandleIsInvalid", SenderFault: true, ok: act(entry) };
    });
    return {
      Successful: done.filter(({ ok }) => ok).map(({ Id }) => ({ Id, MessageId: Id, MD5OfMessageBody: "" })),
      Failed: done.filter(({ ok }) => !ok),
      ...META,
    };
  }

  function deadLetterQueueOf({ attributes }: FakeQueue): FakeQueue | undefined {
    const { deadLetterTargetArn = "" } = JSON.parse(attributes.RedrivePolicy ?? "{}");
    return queues.get(`${URL}${deadLetterTargetArn.slice(ARN.length)}`);
  }

  const sqs = {
    async createQueue({ QueueName, Attributes = {} }) {
      if (!/^[\w-]{1,80}$/.test(QueueName ?? "")) throw new Error(`InvalidParameterValue: ${QueueName}`);
      const QueueUrl = `${URL}${QueueName}`;
      if (!queues.has(QueueUrl)) queues.set(QueueUrl, { attributes: { ...Attributes }, messages: [] });
      return { QueueUrl, ...META };
    },
    async deleteQueue({ QueueUrl }) {
      queueOf(QueueUrl);
      queues.delete(QueueUrl ?? "");
      return META;
    },
    async getQueueAttributes({ QueueUrl = "" }) {
      const now = clock.now();
      const { messages } = queueOf(QueueUrl);
      const visible = messages.filter(({ visibleAt }) => visibleAt <= now).length;
      return {
        Attributes: {
          QueueArn: `${ARN}${QueueUrl.slice(URL.length)}`,
          ApproximateNumberOfMessages: String(visible),
          ApproximateNumberOfMessagesNotVisible: String(messages.length - visible),
          ApproximateNumberOfMessagesDelayed: "0",
        },
        ...META,
      };
    },
    async sendMessageBatch({ QueueUrl, Entries }) {
      const { messages } = queueOf(QueueUrl);
      return each("send", Entries, ({ MessageBody = "" }) => {
        const now = clock.now();
        messages.push({ body: MessageBody, sentAt: now, visibleAt: now, receives: 0, receivedAt: 0, handle: "" });
        return true;
      });
    },
    async receiveMessage({ QueueUrl, MaxNumberOfMessages = 1, VisibilityTimeout = 30 }) {
      const queue = queueOf(QueueUrl);
      const now = clock.now();
      const most = Number(
        JSON.parse(queue.attributes.RedrivePolicy ?? "{}").maxReceiveCount ?? Number.POSITIVE_INFINITY,
      );
      const dead = queue.messages.filter(({ visibleAt, receives }) => visibleAt <= now && receives >= most);
      deadLetterQueueOf(queue)?.messages.push(...dead);
      for (const message of dead) queue.messages.splice(queue.messages.indexOf(message), 1);
      const found = queue.messages.filter(({ visibleAt }) => visibleAt <= now).slice(0, MaxNumberOfMessages);
      const Messages = found.map((message) => {
        message.receives += 1;
        message.receivedAt = now;
        message.handle = `receipt-${++receipts}`;
        if (!faults.again?.()) message.visibleAt = now + VisibilityTimeout * 1000;
        return { Body: message.body, ReceiptHandle: message.handle };
      });
      return { Messages, ...META };
    },
    async deleteMessageBatch({ QueueUrl, Entries }) {
      const { messages } = queueOf(QueueUrl);
      return each("delete", Entries, ({ ReceiptHandle }) => {
        const index = messages.findIndex(({ handle }) => handle === ReceiptHandle);
        if (index >= 0) messages.splice(index, 1);
        return index >= 0;
      });
    },
    async changeMessageVisibilityBatch({ QueueUrl, Entries }) {
      const { messages } = queueOf(QueueUrl);
      return each("hide", Entries, ({ ReceiptHandle, VisibilityTimeout = 0 }) => {
        const message = messages.find(({ handle }) => handle === ReceiptHandle);
        const until = clock.now() + VisibilityTimeout * 1000;
        if (message === undefined || until > message.receivedAt + TWELVE_HOURS_MS) return false;
        message.visibleAt = until;
        return true;
      });
    },
  } satisfies Partial<Sqs>;
  // What is not there is not called by the store of bulk runs.
  return { sqs: sqs as unknown as Sqs, queues };
}
