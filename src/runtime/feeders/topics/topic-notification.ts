/** What a Lambda is told of a topic's message: by SNS itself, or by SQS where a queue lies between. */
import { createHash } from "node:crypto";
import type { Announcement } from "../../../events/announcements.ts";
import type { Json, JsonObject } from "../../../json.ts";
import { NAMESPACE_URL, uuid5 } from "../../../payload/payload-id.ts";
import type { FeederTopic } from "./feeder-topics.ts";

export interface TopicMessage extends Omit<Announcement, "topic"> {
  /** When it was announced, ISO 8601. */
  readonly at: string;
}

/** The same message has the same ID, however often it is told of. */
export function messageIdOf({ arn }: Pick<FeederTopic, "arn">, { id }: Pick<Announcement, "id">): string {
  return uuid5(NAMESPACE_URL, `${arn}:${id}`);
}

export function topicNotification(subscription: FeederTopic, message: TopicMessage, region: string): Json {
  const { queue } = subscription;
  return {
    Records: [queue === undefined ? ofTopic(subscription, message) : ofQueue(queue, subscription, message, region)],
  };
}

/** "Invoking Lambda functions with Amazon SNS notifications" in Lambda's developer guide. Nobody has signed it. */
function ofTopic(subscription: FeederTopic, message: TopicMessage): JsonObject {
  return {
    EventSource: "aws:sns",
    EventVersion: "1.0",
    EventSubscriptionArn: `${subscription.arn}:${subscription.feeder}`,
    Sns: { ...envelope(subscription, message), Subject: null, SigningCertUrl: "", UnsubscribeUrl: "" },
  };
}

/** "Using Lambda with Amazon SQS" in the same guide. */
function ofQueue(
  { arn, raw }: NonNullable<FeederTopic["queue"]>,
  subscription: FeederTopic,
  message: TopicMessage,
  region: string,
): JsonObject {
  const sent = String(Date.parse(message.at));
  const body = raw
    ? message.body
    : JSON.stringify({ ...envelope(subscription, message), SigningCertURL: "", UnsubscribeURL: "" });
  const messageId = messageIdOf(subscription, message);
  return {
    messageId,
    receiptHandle: messageId,
    body,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: sent,
      SenderId: "000000000000",
      ApproximateFirstReceiveTimestamp: sent,
    },
    messageAttributes: raw ? attributesOf(message, ({ type, value }) => ({ dataType: type, stringValue: value })) : {},
    md5OfBody: createHash("md5").update(body).digest("hex"),
    eventSource: "aws:sqs",
    eventSourceARN: arn,
    awsRegion: region,
  };
}

function envelope(subscription: FeederTopic, message: TopicMessage): JsonObject {
  return {
    Type: "Notification",
    MessageId: messageIdOf(subscription, message),
    TopicArn: subscription.arn,
    Message: message.body,
    Timestamp: message.at,
    SignatureVersion: "1",
    Signature: "",
    MessageAttributes: attributesOf(message, ({ type, value }) => ({ Type: type, Value: value })),
  };
}

function attributesOf(
  { attributes }: TopicMessage,
  show: (attribute: { readonly type: string; readonly value: string }) => JsonObject,
): JsonObject {
  const all = Object.entries(attributes);
  return Object.fromEntries(all.map(([name, { type, value }]) => [name, show({ type, value: String(value) })]));
}
