/** The depths of SQS queues: the real SDK against a server that answers as SQS does. */
import { expect, onTestFinished, test } from "vitest";
import { makeSqsQueueDepths } from "../../src/aws/queue-depths.ts";
import { json, startFakeAws } from "./fake-aws.ts";

test("what waits, what is in hand and what is dead is told of each queue", async () => {
  const aws = await startFakeAws(({ body }) => {
    const { QueueUrl } = JSON.parse(body) as { QueueUrl: string };
    const isDead = QueueUrl.endsWith("-dead");
    const [visible, delayed, hidden] = isDead ? [2, 0, 1] : QueueUrl.endsWith("/process") ? [40, 2, 7] : [0, 0, 0];
    return json({
      Attributes: {
        ApproximateNumberOfMessages: String(visible),
        ApproximateNumberOfMessagesDelayed: String(delayed),
        ApproximateNumberOfMessagesNotVisible: String(hidden),
      },
    });
  });
  onTestFinished(aws.close);
  const url = (name: string) => `${aws.endpoint}/123456789012/${name}`;
  const urls = (name: string) => ({ queueUrl: url(name), deadLetterQueueUrl: url(`${name}-dead`) });
  const { depths } = makeSqsQueueDepths({
    sqs: aws.clients.sqs,
    queues: { process: urls("process"), "status-change": urls("status") },
  });
  expect(await depths()).toEqual([
    { queue: "process", waiting: 42, inFlight: 7, dead: 3 },
    { queue: "status-change", waiting: 0, inFlight: 0, dead: 3 },
  ]);
});
