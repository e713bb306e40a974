import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import * as z from "zod";
import type { FeederHandler } from "../../src/feeder/define-feeder.ts";
import { defineFeeder } from "../../src/feeder/index.ts";
import { type FakeAws, startFakeAws, xml } from "../aws/fake-aws.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";

const PUBLISHED = `<PublishBatchResponse><PublishBatchResult><Successful>
  <member><Id>0</Id><MessageId>m-0</MessageId></member></Successful></PublishBatchResult></PublishBatchResponse>`;

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
  aws = await startFakeAws(({ operation }) => (operation === "PUT" ? {} : xml(PUBLISHED)));
  return () => aws.close();
});

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
  return () => aws.calls.slice(before);
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

test("whoever names a file gets the payloads there, one a line, and nothing is sent", async () => {
  const calls = deployed();
  const file = join(temporaryFolder(), "payloads.ndjson");
  vi.stubEnv("CIRRUS_FEEDER_OUTPUT", file);
  await invoke(scene, { characters: 200_000 });
  await invoke(scene, { characters: 5 });
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).id)).toEqual(Array(2).fill("none/workflow-publish-only/scene-1"));
  expect(calls()).toEqual([]);
});

test("on one machine nothing is sent to AWS, whatever topic the definition names", async () => {
  const calls = deployed();
  vi.stubEnv("CIRRUS_OBJECTS_DIRECTORY", temporaryFolder());
  await expect(invoke(scene, { characters: 5 })).rejects.toMatchObject({
    hint: "Run it with: cirrus feeder run <name> event.json",
  });
  expect(calls()).toEqual([]);
});
