import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import * as z from "zod";
import { systemClock } from "../../src/clock.ts";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { makeQueue } from "../../src/embedded/messages/queue.ts";
import { makeObjectStore } from "../../src/embedded/objects/object-store.ts";
import type { FeederHandler } from "../../src/feeder/define-feeder.ts";
import { at, defineFeeder } from "../../src/feeder/index.ts";
import { type Answer, type FakeAws, startFakeAws, xml } from "../aws/fake-aws.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";

const PUBLISHED = `<PublishBatchResponse><PublishBatchResult><Successful>
  <member><Id>0</Id><MessageId>m-0</MessageId></member></Successful></PublishBatchResult></PublishBatchResponse>`;

const ANSWERS: Readonly<Record<string, Answer>> = {
  GET: { ...xml("<Error><Code>NoSuchKey</Code></Error>"), status: 404 },
  PublishBatch: xml(PUBLISHED),
};

const TOPIC = "arn:aws:sns:us-west-2:123456789012:demo-dev-process";

/** Finds one item, with as many characters as asked for. */
const scene = defineFeeder({
  name: "scene",
  parameters: z.object({ characters: z.int() }),
  async *run({ parameters, log }) {
    log.info("looking");
    const properties = { text: "x".repeat(parameters.characters) };
    yield {
      type: "FeatureCollection",
      features: [{ id: "scene-1", properties }],
      process: [{ workflow: "publish-only" }],
    };
  },
});

function invoke(handler: FeederHandler, event: unknown) {
  return handler(event, {} as Parameters<FeederHandler>[1]); // as Lambda calls it, but for what it does not read
}

function environment(values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
  vi.spyOn(process.stdout, "write").mockImplementation(() => true);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
}

let aws: FakeAws;

beforeAll(async () => {
  // The handler keeps its clients, as in a Lambda that stays warm.
  aws = await startFakeAws(
    ({ operation, path }) => (operation === "GET" && stored(path)) || (ANSWERS[operation] ?? {}),
  );
  return () => aws.close();
});

/** How far a feeder is, as it was put there last. */
function stored(path: string): Answer | undefined {
  const put = aws.calls.findLast((call) => call.operation === "PUT" && nameOf(call.path) === nameOf(path));
  const [body] = /\{.*\}/.exec(put?.body ?? "") ?? [];
  return body === undefined ? undefined : { body, headers: { "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT" } };
}

function nameOf(path: string): string | undefined {
  return path.split("?")[0];
}

function deployed() {
  environment({
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: "us-west-2",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    CIRRUS_PROCESS_TOPIC_ARN: TOPIC,
    CIRRUS_PAYLOAD_BUCKET: "payloads",
  });
  const before = aws.calls.length;
  return () => aws.calls.slice(before).filter(({ operation }) => operation !== "GET");
}

test("a deployed feeder publishes to the topic that its environment names", async () => {
  const calls = deployed();
  expect(await invoke(scene, { characters: 5 })).toEqual({ found: 1 });
  const [call, ...more] = calls();
  const sent = new URLSearchParams(call?.body);
  expect(more).toEqual([]);
  expect(sent.get("TopicArn")).toBe(TOPIC);
  expect(JSON.parse(sent.get("PublishBatchRequestEntries.member.1.Message") ?? "")).toMatchObject({
    id: "none/workflow-publish-only/scene-1",
  });
});

test("what is too large for a message is stored first and sent by its URL", async () => {
  const calls = deployed();
  await invoke(scene, { characters: 200_000 });
  const [put, publish] = calls();
  expect(put?.path).toMatch(/^\/payloads\/cirrus\/tmp\/oversized\/[0-9a-f]{64}\.json/);
  const message = new URLSearchParams(publish?.body).get("PublishBatchRequestEntries.member.1.Message");
  expect(JSON.parse(message ?? "")).toEqual({ url: `s3:/${put?.path.split("?")[0]}` });
});

test("a deployed feeder writes its log as lines of JSON", async () => {
  deployed();
  await invoke(scene, { characters: 5 });
  const lines = vi.mocked(process.stdout.write).mock.calls.map(([line]) => JSON.parse(String(line)));
  expect(lines).toEqual([expect.objectContaining({ message: "looking" })]);
});

test("on one machine payloads go to the queue of its runtime, and a large one is stored beside them", async () => {
  const calls = deployed();
  const folder = temporaryFolder();
  const db = openDatabase(join(folder, "cirrus.db"));
  onTestFinished(() => db.close());
  vi.stubEnv("CIRRUS_DATABASE", join(folder, "cirrus.db"));
  vi.stubEnv("CIRRUS_OBJECTS_DIRECTORY", join(folder, "objects"));
  expect(await invoke(scene, { characters: 200_000 })).toEqual({ found: 1 });
  const [message] = await makeQueue(db, { name: "process", clock: systemClock }).receive({ max: 10 });
  const { url } = JSON.parse(JSON.parse(message?.body ?? "{}").Message);
  expect(await makeObjectStore(join(folder, "objects")).head(url)).toMatchObject({ url });
  expect(calls()).toEqual([]);
});

test("on one machine nothing is sent to AWS, whatever topic the definition names", async () => {
  const calls = deployed();
  vi.stubEnv("CIRRUS_OBJECTS_DIRECTORY", temporaryFolder());
  await expect(invoke(scene, { characters: 5 })).rejects.toMatchObject({
    hint: "Run it with: npx cirrus feeder run <name> event.json",
  });
  expect(calls()).toEqual([]);
});

test("a deployed feeder whose time is nearly over stores how far it is, and invokes itself with the same event", async () => {
  const calls = deployed();
  // The time of the Lambda is over when the feeder has told its position.
  const { promise: timeIsOver, resolve: endTime } = Promise.withResolvers<void>();
  vi.spyOn(systemClock, "sleep").mockReturnValueOnce(timeIsOver);
  const endless = defineFeeder({
    name: "endless",
    parameters: z.object({ workflow: z.string() }),
    async *run({ parameters, signal, clock }) {
      yield { type: "FeatureCollection", features: [{ id: "scene-1" }], process: [{ workflow: parameters.workflow }] };
      yield at({ page: 2 });
      endTime();
      await clock.sleep(3_600_000, signal);
    },
  });
  const arn = "arn:aws:lambda:us-west-2:123456789012:function:demo-dev-endless";
  const context = { invokedFunctionArn: arn, getRemainingTimeInMillis: () => 900_000 };
  const event = { workflow: "mirror" };
  const result = await endless(event, context as Parameters<FeederHandler>[1]); // nothing else of it is read
  expect(result).toEqual({ found: 1, continues: true });
  const [publish, put, invoke, ...more] = calls();
  expect(more).toEqual([]);
  expect(publish?.operation).toBe("PublishBatch");
  expect(put?.path).toMatch(/^\/payloads\/cirrus\/feeders\/endless\/[0-9a-f]{32}\.json/);
  expect(put?.body).toContain('{"position":{"page":2},"found":1,"run":"');
  expect(decodeURIComponent(invoke?.path ?? "")).toContain(`/functions/${arn}/invocations`);
  expect(invoke?.headers["x-amz-invocation-type"]).toBe("Event");
  expect(JSON.parse(invoke?.body ?? "")).toEqual(event);
});
