/** Feeders that topics call, in a project that runs here: an item that is published becomes a payload of the next workflow. */
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import { itemAnnouncement } from "../../../src/events/item-announcement.ts";
import { makeObjectPositions } from "../../../src/feeder/positions.ts";
import { silentLog } from "../../../src/log.ts";
import type { StacItem } from "../../../src/payload/stac-item.ts";
import { readProject } from "../../../src/project/read-project.ts";
import { startFeeders } from "../../../src/runtime/feeders/start-feeders.ts";
import { feederTopics } from "../../../src/runtime/feeders/topics/feeder-topics.ts";
import { nameSubscription } from "../../../src/runtime/feeders/topics/watch-topics.ts";
import { undeliveredEvents } from "../../../src/runtime/feeders/undelivered-events.ts";
import { makeRuntime } from "../../../src/runtime/runtime.ts";
import { makeAnnounce } from "../../../src/task/announce.ts";
import type { TaskPorts } from "../../../src/task/ports.ts";
import { featureOf, temporaryProject } from "../../cli/temporary-project.ts";

const ITEM = JSON.stringify(featureOf("one"));

const QUEUE = `Resources:
  ItemQueue:
    Type: AWS::SQS::Queue
  OtherQueue:
    Type: AWS::SQS::Queue
  ItemQueueSubscription:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref PublishTopic
      Protocol: sqs
      Endpoint: !GetAtt ItemQueue.Arn
      RawMessageDelivery: RAW
      FilterPolicy: { collection: [demo] }
  OtherTopic:
    Type: AWS::SNS::Topic
`;

function projectOf(events: string, raw = false) {
  const root = temporaryProject({
    "cloudformation/queue.yml": QUEUE.replace("RAW", String(raw)),
    "feeders/next/definition.yml": `uses: feed-s3-objects
environment:
  CIRRUS_FEEDER_PARAMETERS: '{"workflow": "mosaic"}'
lambda:
  events:
${events}`,
  });
  const { project, problems } = readProject(root, { env: {} });
  expect(problems).toEqual([]);
  return { root, project };
}

const FROM_TOPIC = `    - sns: { arn: !Ref PublishTopic, topicName: items, filterPolicy: { status: [created] } }\n`;
const FROM_QUEUE = `    - sqs: { arn: !GetAtt ItemQueue.Arn }\n`;
const SCENES = "arn:aws:sns:us-west-2:111122223333:new-scenes";
const ELSEWHERE = `    - sns: { arn: !Ref OtherTopic, topicName: others }\n    - sns: ${SCENES}\n`;
const NOT_HERE = `    - sqs: { arn: !GetAtt OtherQueue.Arn }
    - sqs: { arn: !GetAtt ItemQueue.Arn, filterPatterns: [{ body: { id: [one] } }] }
    - sns: { arn: !ImportValue theirs, topicName: theirs }
    - sns: { arn: !Ref PublishTopic, topicName: items, filterPolicy: { collection: [!ImportValue theirs] } }
    - sns: { arn: !Ref WorkflowEventTopic, topicName: events, filterPolicy: { ip: [{ cidr: 10.0.0.0/8 }] } }
    - eventBridge: { pattern: { source: [aws.states] } }
`;

test("the topics of feeders are those that their definitions name, straight or by a queue", () => {
  const { project } = projectOf(
    `${FROM_TOPIC}    - sns: { arn: !Ref WorkflowEventTopic, topicName: events }\n${FROM_QUEUE}${ELSEWHERE}${NOT_HERE}`,
  );
  const arn = (name: string) => `arn:aws:sns:local:000000000000:${project.config.stackName}-${name}`;
  const queue = { arn: `arn:aws:sqs:local:000000000000:${project.config.stackName}-ItemQueue`, raw: false };
  const filter = expect.any(Function);
  const items = { feeder: "next", arn: arn("PublishTopic"), topics: ["publish", arn("PublishTopic")], isOwn: true };
  const events = {
    feeder: "next",
    arn: arn("WorkflowEventTopic"),
    topics: ["workflow-event", arn("WorkflowEventTopic")],
  };
  expect(feederTopics(project)).toEqual([
    { ...items, filter },
    { ...events, isOwn: true },
    { feeder: "next", arn: arn("OtherTopic"), topics: [arn("OtherTopic")], isOwn: true },
    { feeder: "next", arn: SCENES, topics: [SCENES], isOwn: false },
    { ...items, filter, queue },
  ]);
});

test("a feeder that names a topic twice is told of what either filter lets through, by one position", () => {
  const { project } = projectOf(`${FROM_TOPIC}${FROM_TOPIC.replace("status: [created]", "collection: [demo]")}`);
  const topics = feederTopics(project);
  expect(topics).toHaveLength(1);
  const fits = (name: string, value: string) =>
    topics[0]?.filter?.({ body: "", attributes: { [name]: { type: "String", value } } });
  expect(fits("status", "created")).toBe(true);
  expect(fits("collection", "demo")).toBe(true);
  expect(fits("status", "updated")).toBe(false);
  const [all] = feederTopics(
    projectOf(`${FROM_TOPIC}    - sns: { arn: !Ref PublishTopic, topicName: items }\n`).project,
  );
  expect(all?.filter).toBeUndefined();
});

test("what nothing on this machine calls a feeder for is known, each event of it", () => {
  const called = `${FROM_TOPIC}${FROM_QUEUE}    - schedule: rate(1 hour)\n    - s3: my-scenes\n    - sqs: { arn: "arn:x", enabled: false }\n`;
  const kinds = ["sns", "sqs", "sqs", "sns", "sns", "sns", "eventBridge", "s3"];
  const removed = `    - s3: { bucket: gone, event: "s3:ObjectRemoved:*" }\n`;
  const { project } = projectOf(`${called}${ELSEWHERE}${NOT_HERE}${removed}`);
  expect(undeliveredEvents(project)).toEqual(kinds.map((kind) => ({ feeder: "next", kind })));
});

test("what a task sends to a topic calls the feeder that names it, as often as it is sent", async () => {
  const { root, project } = projectOf(ELSEWHERE);
  const runtime = makeRuntime({ project, data: join(root, ".cirrus") });
  onTestFinished(() => runtime.stop());
  const environment = runtime.settings.environment;
  const ports = { environment, clock: systemClock, log: silentLog } as TaskPorts; // it asks for no more
  for (let times = 0; times < 2; times++) await makeAnnounce(ports, silentLog)([featureOf("one") as never], [SCENES]);
  const [, foreign] = feederTopics(project);
  const sent = await runtime.announcements.list({ topic: foreign?.topics ?? [] });
  expect(sent.map(({ body }) => JSON.parse(body))).toMatchObject([{ id: "one" }, { id: "one" }]);
  expect(await runtime.announcements.list({ topic: "publish" })).toEqual([]);
});

test.each([
  ["a topic", FROM_TOPIC, false],
  ["a queue that is subscribed to it", FROM_QUEUE, false],
  ["a queue that takes its messages as they are", FROM_QUEUE, true],
])("an item that is published calls its feeder by %s", async (_, events, raw) => {
  const { root, project } = projectOf(events, raw);
  const runtime = makeRuntime({ project, data: join(root, ".cirrus") });
  onTestFinished(() => runtime.stop());
  const { objects, payloads } = runtime.ports;
  const [subscription] = feederTopics(project).map(nameSubscription);
  if (subscription === undefined) throw new Error("There is no subscription");
  await makeObjectPositions({ objects, urls: payloads.urls }).write(subscription, { position: { seq: 0 }, found: 0 });
  await runtime.announcements.publish([item("others"), item("demo")]);
  const found = await new Promise<readonly [string, number]>((resolve, reject) => {
    const log = {
      ...silentLog,
      error: (message: string, fields = {}) => reject(new Error(`${message} ${JSON.stringify(fields)}`)),
    };
    const watched = startFeeders(runtime, { log, tell: (...told) => resolve(told) });
    onTestFinished(() => watched.stop());
  });
  expect(found).toEqual(["next", 1]);
  const sent = await runtime.intake.receive({ max: 10 });
  expect(sent.map(({ body }) => JSON.parse(JSON.parse(body).Message))).toMatchObject([
    { id: "demo/workflow-mosaic/one", features: [{ id: "one" }] },
  ]);
});

/** One of another collection is neither new nor of those that the queue takes. */
function item(collection: string) {
  const created = "2030-01-01T00:00:00Z";
  const updated = collection === "demo" ? created : "2030-01-02T00:00:00Z";
  return itemAnnouncement(
    { ...(JSON.parse(ITEM) as StacItem), collection, properties: { created, updated } },
    collection,
  );
}
