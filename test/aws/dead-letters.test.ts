/** Looking at dead letters and sending them back, over a queue as SQS keeps it. */
import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeSqsDeadLetters, type SqsDeadLetters } from "../../src/aws/dead-letters.ts";
import { type Answer, type Call, type FakeAws, json, jsonError, startFakeAws } from "./fake-aws.ts";

const DEAD = "https://sqs.us-west-2.amazonaws.com/1/dead";
const LIVE = "https://sqs.us-west-2.amazonaws.com/1/live";

interface Letter {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  visible: boolean;
}

let aws: FakeAws;
let dead: Letter[];
let live: string[];
let refuse: (call: Call) => Answer | undefined;
let letters: SqsDeadLetters;

beforeEach(async () => {
  dead = Array.from({ length: 23 }, (_, i) => ({ id: `m-${i}`, body: `{"i":${i}}`, sentAt: 1000 + i, visible: true }));
  live = [];
  refuse = () => undefined;
  aws = await startFakeAws((call) => refuse(call) ?? queue(call));
  letters = makeSqsDeadLetters({ sqs: aws.clients.sqs, deadLetterQueueUrl: DEAD, queueUrl: LIVE });
});
afterEach(() => aws.close());

function queue({ operation, body }: Call): Answer {
  const { QueueUrl, Entries = [], SourceArn } = JSON.parse(body);
  const entries: { Id: string; ReceiptHandle: string; MessageBody: string; VisibilityTimeout: number }[] = Entries;
  switch (operation) {
    case "ReceiveMessage": {
      // In no order, as SQS gives them.
      const some = dead
        .filter(({ visible }) => visible)
        .toReversed()
        .slice(0, 10);
      for (const letter of some) letter.visible = false;
      return json({
        Messages: some.map(({ id, body: Body, sentAt }) => ({
          MessageId: id,
          ReceiptHandle: `r-${id}`,
          Body,
          MD5OfBody: createHash("md5").update(Body).digest("hex"),
          Attributes: { SentTimestamp: `${sentAt}`, ApproximateReceiveCount: "6" },
        })),
      });
    }
    case "ChangeMessageVisibilityBatch":
      for (const { ReceiptHandle } of entries)
        for (const one of dead) if (`r-${one.id}` === ReceiptHandle) one.visible = true;
      return json({ Successful: entries.map(({ Id }) => ({ Id })), Failed: [] });
    case "DeleteMessageBatch":
      dead = dead.filter(({ id }) => !entries.some(({ ReceiptHandle }) => ReceiptHandle === `r-${id}`));
      return json({ Successful: entries.map(({ Id }) => ({ Id })), Failed: [] });
    case "SendMessageBatch":
      live.push(...entries.map(({ MessageBody }) => MessageBody));
      return json({
        Successful: entries.map(({ Id, MessageBody }) => ({
          Id,
          MessageId: Id,
          MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex"),
        })),
      });
    case "GetQueueAttributes":
      return json({ Attributes: { QueueArn: `arn:${QueueUrl}`, ApproximateNumberOfMessages: `${dead.length}` } });
    case "StartMessageMoveTask":
      return json({ TaskHandle: "t" });
    case "ListMessageMoveTasks":
      return json({
        Results: [
          { SourceArn, Status: "RUNNING", ApproximateNumberOfMessagesMoved: 3, ApproximateNumberOfMessagesToMove: 23 },
        ],
      });
    default:
      throw new Error(operation);
  }
}

test("all letters are listed, the oldest first, in pages, and given back", async () => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await letters.list({ limit: 10, ...(cursor !== undefined && { cursor }) });
    seen.push(...page.items.map(({ messageId }) => messageId));
    cursor = page.next;
  } while (cursor !== undefined);
  expect(seen).toEqual(Array.from({ length: 23 }, (_, i) => `m-${i}`));
  expect(dead.every(({ visible }) => visible)).toBe(true);
  expect((await letters.list({ limit: 1 })).items).toEqual([
    { messageId: "m-0", body: '{"i":0}', sentAt: 1000, receiveCount: 6 },
  ]);
});

test("those that are chosen go back to their queue, the others stay and can be seen", async () => {
  expect(await letters.redrive(["m-3", "m-20", "unknown"])).toBe(2);
  expect(live.sort()).toEqual(['{"i":20}', '{"i":3}']);
  expect(dead).toHaveLength(21);
  expect(dead.every(({ visible }) => visible)).toBe(true);
});

test("nothing is lost where the queue refuses them", async () => {
  refuse = ({ operation }) => (operation === "SendMessageBatch" ? jsonError(403, "AccessDenied") : undefined);
  await expect(letters.redrive(["m-1"])).rejects.toThrow("AccessDenied");
  expect(dead).toHaveLength(23);
  expect(dead.every(({ visible }) => visible)).toBe(true);
});

test("a letter that was not sent stays", async () => {
  refuse = ({ operation }) =>
    operation === "SendMessageBatch"
      ? json({ Failed: [{ Id: "0", Code: "InternalError", SenderFault: false }] })
      : undefined;
  expect(await letters.redrive(["m-1"])).toBe(0);
  expect(dead).toHaveLength(23);
});

test("all of them are moved by SQS itself, to the queue that is named, and the progress can be read", async () => {
  await letters.redriveAll();
  const start = aws.calls.find(({ operation }) => operation === "StartMessageMoveTask");
  expect(JSON.parse(start?.body ?? "")).toEqual({ SourceArn: `arn:${DEAD}`, DestinationArn: `arn:${LIVE}` });
  expect(await letters.moveProgress()).toMatchObject({ status: "RUNNING", moved: 3, total: 23 });
  expect(await letters.count()).toBe(23);
});
