/** The calls of SQS that Cirrus makes. */
import {
  ChangeMessageVisibilityBatchCommand,
  type ChangeMessageVisibilityBatchCommandInput,
  CreateQueueCommand,
  type CreateQueueCommandInput,
  DeleteMessageBatchCommand,
  type DeleteMessageBatchCommandInput,
  DeleteQueueCommand,
  type DeleteQueueCommandInput,
  GetQueueAttributesCommand,
  type GetQueueAttributesCommandInput,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksCommandInput,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  SQSClient,
  StartMessageMoveTaskCommand,
  type StartMessageMoveTaskCommandInput,
} from "@aws-sdk/client-sqs";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export type Sqs = ReturnType<typeof connectSqs>;

export function connectSqs(options: ClientOptions) {
  const client = explained(new SQSClient(clientSettings(options)), "SQS", options);
  return {
    sendMessageBatch: (input: SendMessageBatchCommandInput) => client.send(new SendMessageBatchCommand(input)),
    receiveMessage: (input: ReceiveMessageCommandInput) => client.send(new ReceiveMessageCommand(input)),
    deleteMessageBatch: (input: DeleteMessageBatchCommandInput) => client.send(new DeleteMessageBatchCommand(input)),
    changeMessageVisibilityBatch: (input: ChangeMessageVisibilityBatchCommandInput) =>
      client.send(new ChangeMessageVisibilityBatchCommand(input)),
    getQueueAttributes: (input: GetQueueAttributesCommandInput) => client.send(new GetQueueAttributesCommand(input)),
    createQueue: (input: CreateQueueCommandInput) => client.send(new CreateQueueCommand(input)),
    deleteQueue: (input: DeleteQueueCommandInput) => client.send(new DeleteQueueCommand(input)),
    startMessageMoveTask: (input: StartMessageMoveTaskCommandInput) =>
      client.send(new StartMessageMoveTaskCommand(input)),
    listMessageMoveTasks: (input: ListMessageMoveTasksCommandInput) =>
      client.send(new ListMessageMoveTasksCommand(input)),
  };
}
