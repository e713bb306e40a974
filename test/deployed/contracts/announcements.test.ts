/** Announcements through topics, each with a queue that listens. */
import { inject } from "vitest";
import { makeSnsAnnouncements } from "../../../src/aws/announcements.ts";
import { makeClients } from "../../../src/aws/clients.ts";
import type { AttributeValue } from "../../../src/events/announcements.ts";
import { describeAnnouncements } from "../../contracts/announcements.ts";
import { toEmulator } from "../clients.ts";
import { listenToNewTopic } from "./queues.ts";

describeAnnouncements("SNS", async () => {
  const endpoint = inject("endpoint");
  const queues = { "workflow-event": await listenToNewTopic(endpoint), publish: await listenToNewTopic(endpoint) };
  const { sns } = makeClients(toEmulator(endpoint));
  const topics = { "workflow-event": queues["workflow-event"].topicArn, publish: queues.publish.topicArn };
  return {
    announcements: makeSnsAnnouncements({ sns, topics }),
    received: async (topic) => (await queues[topic].received()).map(openEnvelope),
    close: () => undefined,
  };
});

interface Envelope {
  readonly Message: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly Type: string; readonly Value: string }>>;
}

function openEnvelope(text: string) {
  const { Message, MessageAttributes = {} }: Envelope = JSON.parse(text);
  const attributes = Object.entries(MessageAttributes).map(([name, { Type, Value }]): [string, AttributeValue] => [
    name,
    Type === "Number" ? { type: "Number", value: Number(Value) } : { type: "String", value: Value },
  ]);
  return { body: Message, attributes: Object.fromEntries(attributes) };
}
