/** Queues of the emulator that listen to a topic: what the contract suites see of what was sent. */
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { toEmulator } from "../clients.ts";

export interface ListeningQueue {
  readonly topicArn: string;
  /** The bodies so far, with SNS's envelope around each. */
  received(): Promise<readonly string[]>;
}

export async function listenToNewTopic(endpoint: string): Promise<ListeningQueue> {
  const sns = new SNSClient(toEmulator(endpoint));
  const sqs = new SQSClient(toEmulator(endpoint));
  const name = `contract-${crypto.randomUUID()}`;
  const { TopicArn: topicArn = "" } = await sns.send(new CreateTopicCommand({ Name: name }));
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: "sqs", Endpoint: Attributes?.QueueArn }));
  const seen: string[] = [];
  return {
    topicArn,
    async received() {
      for (;;) {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
        if (Messages.length === 0) return seen;
        seen.push(...Messages.map(({ Body = "" }) => Body));
        const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: `${i}`, ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    },
  };
}
