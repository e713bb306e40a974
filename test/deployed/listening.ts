/** Somebody who listens to a topic: a queue behind it. */
import { SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { toEmulator } from "./clients.ts";

/** Each call returns everything that has come through the topic since it was listened to. */
export async function listenTo(topic: string, endpoint: string): Promise<() => Promise<readonly string[]>> {
  const sqs = new SQSClient(toEmulator(endpoint));
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: `listening-${crypto.randomUUID()}` }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  const subscription = { TopicArn: topic, Protocol: "sqs", Endpoint: Attributes?.QueueArn };
  await new SNSClient(toEmulator(endpoint)).send(new SubscribeCommand(subscription));
  const heard: string[] = [];
  return async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    heard.push(...Messages.map(({ Body = "" }) => Body));
    return heard;
  };
}
