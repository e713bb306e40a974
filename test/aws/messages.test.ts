/** Intake and announcements over what SQS and SNS may answer to a batch. */
import { createHash } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { makeSnsAnnouncements } from "../../src/aws/announcements.ts";
import { makeSnsIntake, makeSqsIntake } from "../../src/aws/intake.ts";
import { TransientError } from "../../src/errors.ts";
import type { Announcement } from "../../src/events/announcements.ts";
import {
  type Answer,
  type Call,
  type FakeAws,
  type FakeAwsOptions,
  json,
  jsonError,
  queryError,
  startFakeAws,
  xml,
} from "./fake-aws.ts";

let aws: FakeAws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}

function entriesOf({ body }: Call): readonly Entry[] {
  return JSON.parse(body).Entries;
}

/** The SDK compares what it sent with what SQS says it got. */
function sentEntry({ Id, MessageBody }: Entry) {
  return { Id, MessageId: `m-${Id}`, MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex") };
}

function allSent(call: Call): Answer {
  return json({ Successful: entriesOf(call).map(sentEntry) });
}

async function sqsIntake(answer: (call: Call, index: number) => Answer | "never", options: FakeAwsOptions = {}) {
  aws = await startFakeAws(answer, options);
  return makeSqsIntake({ sqs: aws.clients.sqs, queueUrl: "https://sqs.us-west-2.amazonaws.com/1/process" });
}

const many = (count: number, body = "{}") => Array.from({ length: count }, (_, i) => ({ id: `id-${i}`, body }));

test("messages go in batches of ten", async () => {
  const intake = await sqsIntake(allSent);
  const outcomes = await intake.send(many(23));
  expect(outcomes.map(({ id, outcome }) => [id, outcome])).toEqual(many(23).map(({ id }) => [id, "sent"]));
  expect(aws?.calls.map((call) => entriesOf(call).length).sort()).toEqual([10, 10, 3]);
});

test("a batch never has more than 1 MiB in all", async () => {
  const intake = await sqsIntake(allSent);
  await intake.send(many(9, JSON.stringify("x".repeat(250_000))));
  const sizes = aws?.calls.map((call) => entriesOf(call).reduce((sum, one) => sum + one.MessageBody.length, 0)) ?? [];
  expect(sizes).toHaveLength(3);
  for (const size of sizes) expect(size).toBeLessThanOrEqual(1_048_576);
});

test("each message that fails says whether it is worth sending again; its neighbours are sent", async () => {
  const intake = await sqsIntake((call) =>
    json({
      Successful: entriesOf(call).slice(0, 1).map(sentEntry),
      Failed: [
        { Id: "1", Code: "InvalidMessageContents", SenderFault: true, Message: "characters" },
        { Id: "2", Code: "InternalError", SenderFault: false },
        { Id: "3", Code: "RequestThrottled", SenderFault: true },
      ],
    }),
  );
  expect(await intake.send(many(5))).toEqual([
    { id: "id-0", outcome: "sent", messageId: "m-0" },
    { id: "id-1", outcome: "failed", message: "InvalidMessageContents: characters", transient: false },
    { id: "id-2", outcome: "failed", message: "InternalError", transient: true },
    { id: "id-3", outcome: "failed", message: "RequestThrottled", transient: true },
    { id: "id-4", outcome: "failed", message: expect.stringContaining("leaves this message out"), transient: true },
  ]);
});

test("a throttled batch is sent again, and one that stays throttled may be sent later", async () => {
  const intake = await sqsIntake((call, index) => (index === 0 ? jsonError(400, "RequestThrottled") : allSent(call)));
  expect(await intake.send(many(1))).toMatchObject([{ outcome: "sent" }]);
  await aws?.close();
  const busy = await sqsIntake(() => jsonError(400, "RequestThrottled"));
  expect(await busy.send(many(2))).toMatchObject([
    { outcome: "failed", transient: true },
    { outcome: "failed", transient: true },
  ]);
});

test("no answer in time means that it may be sent later", async () => {
  const intake = await sqsIntake(() => "never", { timeoutMs: 100 });
  expect(await intake.send(many(1))).toMatchObject([{ outcome: "failed", transient: true }]);
});

test("of a batch that is refused as a whole every message is tried by itself", async () => {
  const intake = await sqsIntake((call) =>
    entriesOf(call).some(({ MessageBody }) => MessageBody === '"bad"')
      ? jsonError(400, "InvalidMessageContents")
      : allSent(call),
  );
  const outcomes = await intake.send([...many(2), { id: "bad", body: '"bad"' }]);
  expect(outcomes).toMatchObject([
    { outcome: "sent" },
    { outcome: "sent" },
    { id: "bad", outcome: "failed", transient: false },
  ]);
});

test("a queue that is gone or forbidden is nobody's message's fault", async () => {
  const gone = await sqsIntake(() => jsonError(400, "QueueDoesNotExist"));
  await expect(gone.send(many(1))).rejects.toThrow("QueueDoesNotExist");
  await aws?.close();
  const denied = await sqsIntake(() =>
    jsonError(
      403,
      "AccessDenied",
      "User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: sqs:sendmessage on resource: arn:aws:sqs:us-west-2:1:process",
    ),
  );
  await expect(denied.send(many(1))).rejects.toMatchObject({
    message: expect.stringMatching(/sqs:sendmessage on arn:aws:sqs:us-west-2:1:process/),
    hint: expect.stringContaining("sqs:sendmessage"),
  });
});

test("characters that SQS does not take travel as JSON's escapes", async () => {
  const intake = await sqsIntake(allSent);
  const body = JSON.stringify({ text: "a\uFFFEb\uFFFFc" });
  await intake.send([{ id: "1", body }]);
  const [sent] = aws?.calls.flatMap(entriesOf) ?? [];
  expect(sent?.MessageBody).not.toMatch(/[\uFFFE\uFFFF]/);
  expect(JSON.parse(sent?.MessageBody ?? "")).toEqual(JSON.parse(body));
});

function memberIds({ body }: Call): readonly string[] {
  return [...new URLSearchParams(body)].flatMap(([name, value]) =>
    /^PublishBatchRequestEntries\.member\.\d+\.Id$/.test(name) ? [value] : [],
  );
}

function published(call: Call, failed: readonly string[] = []): Answer {
  const ids = memberIds(call);
  const member = (inner: string): string => `<member>${inner}</member>`;
  const good = ids
    .filter((id) => !failed.includes(id))
    .map((id) => member(`<Id>${id}</Id><MessageId>m-${id}</MessageId>`));
  const bad = ids
    .filter((id) => failed.includes(id))
    .map((id) => member(`<Id>${id}</Id><Code>InternalError</Code><SenderFault>false</SenderFault>`));
  return xml(
    `<PublishBatchResponse><PublishBatchResult><Successful>${good.join("")}</Successful><Failed>${bad.join("")}</Failed></PublishBatchResult></PublishBatchResponse>`,
  );
}

async function snsAnnouncements(answer: (call: Call, index: number) => Answer | "never") {
  aws = await startFakeAws(answer);
  const topics = { "workflow-event": "arn:aws:sns:us-west-2:1:events", publish: "arn:aws:sns:us-west-2:1:items" };
  return makeSnsAnnouncements({ sns: aws.clients.sns, topics });
}

function event(id: string, more: Partial<Announcement> = {}): Announcement {
  return { topic: "workflow-event", id, body: "{}", attributes: {}, ...more };
}

test("announcements go to their topics, ten at a time, with their attributes", async () => {
  const announcements = await snsAnnouncements((call) => published(call));
  const events = Array.from({ length: 11 }, (_, i) => event(`e-${i}`));
  const cover = { type: "Number", value: 12.5 } as const;
  const item = event("item", { topic: "publish", attributes: { cover, collection: { type: "String", value: "s2" } } });
  expect(await announcements.publish([...events, item])).toEqual(
    [...events, item].map(({ id }) => ({ id, outcome: "sent" })),
  );
  const topics = aws?.calls.map((call) => [new URLSearchParams(call.body).get("TopicArn"), memberIds(call).length]);
  expect(topics?.sort()).toEqual([
    ["arn:aws:sns:us-west-2:1:events", 1],
    ["arn:aws:sns:us-west-2:1:events", 10],
    ["arn:aws:sns:us-west-2:1:items", 1],
  ]);
  const sent = decodeURIComponent(aws?.calls.find(({ body }) => body.includes("items"))?.body ?? "");
  expect(sent).toMatch(/Value\.DataType=Number&[^ ]*Value\.StringValue=12\.5/);
});

test("of a batch of announcements those that failed are known", async () => {
  const announcements = await snsAnnouncements((call) => published(call, ["1"]));
  expect(await announcements.publish([event("a"), event("b"), event("c")])).toEqual([
    { id: "a", outcome: "sent" },
    { id: "b", outcome: "failed", message: "InternalError", transient: true },
    { id: "c", outcome: "sent" },
  ]);
});

test("a batch of announcements never has more than 256 KiB in all", async () => {
  const announcements = await snsAnnouncements((call) => published(call));
  await announcements.publish(Array.from({ length: 4 }, (_, i) => event(`${i}`, { body: "x".repeat(100_000) })));
  expect(aws?.calls.map((call) => memberIds(call).length)).toEqual([2, 2]);
});

test("a topic that is busy is transient for each announcement, one that is gone an error", async () => {
  const busy = await snsAnnouncements(() => queryError(400, "Throttling"));
  expect(await busy.publish([event("a")])).toMatchObject([{ outcome: "failed", transient: true }]);
  await aws?.close();
  const gone = await snsAnnouncements(() => queryError(404, "NotFound"));
  await expect(gone.publish([event("a")])).rejects.toThrow("NotFound");
});

test("payloads from outside go through the topic", async () => {
  aws = await startFakeAws((call) => published(call));
  const intake = makeSnsIntake({ sns: aws.clients.sns, topicArn: "arn:aws:sns:us-west-2:1:process" });
  expect(await intake.send([{ id: "1", body: "{}" }])).toEqual([{ id: "1", outcome: "sent", messageId: "m-0" }]);
});

test("failures of the network are transient", async () => {
  aws = await startFakeAws(() => "never");
  const { clients } = aws;
  await aws.close();
  const sqs = await clients.sqs();
  await expect(sqs.getQueueAttributes({ QueueUrl: "https://x/1/q" })).rejects.toThrow(TransientError);
});
