import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { itemIds, runFeeder } from "../../test/feeder/run-feeder.ts";
import { handler } from "./handler.ts";

const event = JSON.parse(readFileSync(join(import.meta.dirname, "event.json"), "utf8"));
const given = { workflow: "mirror", collection: "scenes" };

/** As S3 sends it: the key is escaped as in a form. */
function fromS3(key: string, eventName = "ObjectCreated:Put") {
  const escaped = encodeURIComponent(key).replaceAll("%2F", "/").replaceAll("%20", "+");
  return {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: "us-west-2",
        eventTime: "2030-01-15T10:00:00.000Z",
        eventName,
        s3: {
          s3SchemaVersion: "1.0",
          bucket: { name: "scenes" },
          object: { key: escaped, size: 1024, sequencer: "0055" },
        },
      },
    ],
  };
}

/** As EventBridge does: the key is as it is. */
function fromEventBridge(key: string, detailType = "Object Created") {
  return {
    version: "0",
    id: "17793124-05d4-b198-2fde-7ededc63b103",
    "detail-type": detailType,
    source: "aws.s3",
    account: "111122223333",
    time: "2030-01-15T10:00:00Z",
    region: "us-west-2",
    resources: ["arn:aws:s3:::scenes"],
    detail: {
      version: "0",
      bucket: { name: "scenes" },
      object: { key, size: 1024, etag: "b1946ac92492d2347c6235b4d2611184", sequencer: "0055" },
      "request-id": "N4N7GDK58NMKJ12R",
      reason: "PutObject",
    },
  };
}

const bySns = (message: unknown) => ({
  Records: [
    {
      EventSource: "aws:sns",
      EventVersion: "1.0",
      EventSubscriptionArn: "arn:aws:sns:us-west-2:111122223333:scenes:c9135db0",
      Sns: {
        Type: "Notification",
        MessageId: "95df01b4",
        Subject: "Amazon S3 Notification",
        Message: JSON.stringify(message),
      },
    },
  ],
});

const bySqs = (...messages: readonly unknown[]) => ({
  Records: messages.map((message) => ({
    messageId: "059f36b4",
    receiptHandle: "AQEB",
    body: typeof message === "string" ? message : JSON.stringify(message),
    attributes: { ApproximateReceiveCount: "1" },
    eventSource: "aws:sqs",
  })),
});

/** What a queue that subscribes to a topic gets. */
const envelope = (message: unknown) => ({
  Type: "Notification",
  MessageId: "dc1e94d9",
  Message: JSON.stringify(message),
});

const KEY = "2030/LC09 a+b/ü.tif";

test.each([
  ["S3 itself", fromS3(KEY)],
  ["a topic", bySns(fromS3(KEY))],
  ["a queue", bySqs(fromS3(KEY))],
  ["a queue of a topic", bySqs(envelope(fromS3(KEY)))],
  ["EventBridge", fromEventBridge(KEY)],
  ["EventBridge by a queue", bySqs(fromEventBridge(KEY))],
  ["EventBridge by a topic", bySns(fromEventBridge(KEY))],
  ["EventBridge by a topic and a queue", bySqs(envelope(fromEventBridge(KEY)))],
])("an object that %s tells of becomes the asset of an item", async (_from, message) => {
  const fed = await runFeeder(handler, { ...given, ...message });
  expect(fed.thrown).toBeUndefined();
  expect(fed.payloads).toHaveLength(1);
  expect(fed.payloads[0]).toMatchObject({
    id: "scenes/workflow-mirror/2030-LC09 a+b",
    features: [{ assets: { tif: { href: `s3://scenes/${KEY}`, "file:size": 1024 } } }],
  });
});

test("the example makes a payload", async () => {
  const fed = await runFeeder(handler, event);
  expect(fed.payloads.map(({ id }) => id)).toEqual(["naip/workflow-publish-only/az-2021-60cm-rgb-31109"]);
});

test("a message with several notifications, and several messages, make a payload each", async () => {
  const two = { Records: [...fromS3("a/x.tif").Records, ...fromS3("b/x.tif").Records] };
  expect(itemIds(await runFeeder(handler, { ...given, ...bySqs(two, envelope(fromS3("c/x.tif"))) }))).toEqual([
    "a",
    "b",
    "c",
  ]);
});

test.each([
  ["that an object was removed", fromS3(KEY, "ObjectRemoved:Delete")],
  ["the same by EventBridge", fromEventBridge(KEY, "Object Deleted")],
  ["that an object has new tags", fromS3(KEY, "ObjectTagging:Put")],
  ["that notifications were set up", bySqs({ Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "scenes" })],
  ["of a folder", fromS3("2030/LC09/")],
  ["of an object with another ending", { ...fromS3("2030/LC09/a.txt"), suffix: ".tif" }],
])("a notification %s makes nothing", async (_what, message) => {
  const fed = await runFeeder(handler, { ...given, ...message });
  expect(fed).toMatchObject({ payloads: [], thrown: undefined });
});

test("an object that is back from an archive counts as new", async () => {
  expect(itemIds(await runFeeder(handler, { ...given, ...fromS3("a/x.tif", "ObjectRestore:Completed") }))).toEqual([
    "a",
  ]);
});

test("objects that are STAC items are read", async () => {
  const item = { type: "Feature", id: "A", collection: "naip", links: [], assets: { image: { href: "./a.tif" } } };
  const fed = await runFeeder(
    handler,
    { workflow: "mirror", read_items: true, ...bySqs(fromS3("items/a.json"), fromS3("items/gone.json")) },
    { objects: { "s3://scenes/items/a.json": JSON.stringify(item) } },
  );
  expect(fed.payloads.map(({ id }) => id)).toEqual(["naip/workflow-mirror/A"]);
  expect(fed.payloads[0]?.features[0]?.links).toEqual([{ rel: "self", href: "s3://scenes/items/a.json" }]);
});

test("items that are announced themselves, as providers of open data do, are taken as they are", async () => {
  const item = { type: "Feature", stac_version: "1.0.0", id: "S2B_32TNS", collection: "sentinel-2-l2a", links: [] };
  const fed = await runFeeder(handler, { workflow: "mirror", ...bySqs(envelope(item)) });
  expect(fed.payloads[0]?.features).toEqual([item]);
});

test("messages that are something else fail when all others were sent, so that their queue keeps them", async () => {
  const messages = bySqs("not JSON", fromS3("a/x.tif"), { hello: "world" }, fromS3("b/x.tif"));
  const fed = await runFeeder(handler, { ...given, ...messages });
  expect(itemIds(fed)).toEqual(["a", "b"]);
  expect(fed.thrown).toMatchObject({
    name: "InvalidInput",
    message: expect.stringContaining("2 messages are no notification of S3: not JSON"),
  });
});

test("an object that is no item fails with its URL when all others were sent", async () => {
  const fed = await runFeeder(
    handler,
    { workflow: "mirror", read_items: true, ...bySqs(fromS3("a.json"), fromS3("b.json")) },
    { objects: { "s3://scenes/a.json": "<html>", "s3://scenes/b.json": '{"type": "Feature", "id": "B"}' } },
  );
  expect(itemIds(fed)).toEqual(["B"]);
  expect(String(fed.thrown)).toContain('s3://scenes/a.json holds no JSON but "<html>"');
});

test.each([
  [{}, "The event is no notification, and names no s3urls."],
  [{ s3urls: ["https://example.org/"] }, "$.s3urls[0]: expected s3://bucket/ or s3://bucket/prefix"],
  [{ ...fromS3(KEY), collection: undefined }, "$.collection: found nothing"],
])("%j is told what is missing", async (asked, message) => {
  const { thrown } = await runFeeder(handler, { ...given, ...asked });
  expect(String(thrown)).toContain(message);
});

test("what lies below prefixes already is listed, and a run that was killed goes on near there", async () => {
  const keys = Array.from({ length: 900 }, (_, number) => `new/${number}/x.tif`);
  const objects = Object.fromEntries(
    [...keys, "old/1/x.tif", "other/1/x.tif"].map((key) => [`s3://scenes/${key}`, "."]),
  );
  const asked = { ...given, s3urls: ["s3://scenes/old/", "s3://scenes/new/"], suffix: ".tif" };
  const first = await runFeeder(handler, asked, { objects, dieAfter: 700 });
  expect(first.thrown).toMatchObject({ message: "died" });
  expect(first.reached).toMatchObject({ prefix: 1 });
  const second = await runFeeder(handler, asked, { objects, position: first.reached ?? null });
  const ids = [...itemIds(first), ...itemIds(second)];
  expect(new Set(ids).size).toBe(901);
  expect(ids.length).toBeLessThan(901 + 600);
});
