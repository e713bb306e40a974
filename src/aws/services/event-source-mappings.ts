/** The calls of Lambda that let a queue invoke a function, and no longer. */
import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  type ListEventSourceMappingsCommandInput,
  ListTagsCommand,
  UpdateEventSourceMappingCommand,
  type UpdateEventSourceMappingCommandInput,
} from "@aws-sdk/client-lambda";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export type EventSourceMappings = ReturnType<typeof connectEventSourceMappings>;

export function connectEventSourceMappings(options: ClientOptions) {
  const client = explained(new LambdaClient(clientSettings(options)), "Lambda", options);
  return {
    createMapping: (input: CreateEventSourceMappingCommandInput) =>
      client.send(new CreateEventSourceMappingCommand(input)),
    updateMapping: (input: UpdateEventSourceMappingCommandInput) =>
      client.send(new UpdateEventSourceMappingCommand(input)),
    listMappings: (input: ListEventSourceMappingsCommandInput) =>
      client.send(new ListEventSourceMappingsCommand(input)),
    listTags: (Resource: string) => client.send(new ListTagsCommand({ Resource })),
    deleteMapping: (UUID: string) => client.send(new DeleteEventSourceMappingCommand({ UUID })),
  };
}
