/** The calls of CloudFormation that Cirrus makes. */
import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  type DescribeStackEventsCommandInput,
  DescribeStacksCommand,
  type DescribeStacksCommandInput,
  GetTemplateCommand,
  type GetTemplateCommandInput,
  ListStackResourcesCommand,
  type ListStackResourcesCommandInput,
} from "@aws-sdk/client-cloudformation";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export type CloudFormation = ReturnType<typeof connectCloudFormation>;

export function connectCloudFormation(options: ClientOptions) {
  const client = explained(new CloudFormationClient(clientSettings(options)), "CloudFormation", options);
  return {
    describeStacks: (input: DescribeStacksCommandInput) => client.send(new DescribeStacksCommand(input)),
    getTemplate: (input: GetTemplateCommandInput) => client.send(new GetTemplateCommand(input)),
    listStackResources: (input: ListStackResourcesCommandInput) => client.send(new ListStackResourcesCommand(input)),
    describeStackEvents: (input: DescribeStackEventsCommandInput) => client.send(new DescribeStackEventsCommand(input)),
  };
}
