/** The calls of SNS that Cirrus makes. */
import { PublishBatchCommand, type PublishBatchCommandInput, SNSClient } from "@aws-sdk/client-sns";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export type Sns = ReturnType<typeof connectSns>;

export function connectSns(options: ClientOptions) {
  const client = explained(new SNSClient(clientSettings(options)), "SNS", options);
  return {
    publishBatch: (input: PublishBatchCommandInput) => client.send(new PublishBatchCommand(input)),
  };
}
