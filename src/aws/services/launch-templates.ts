/** The calls of EC2 that Cirrus makes for the instances of pools: their launch templates. */
import {
  CreateLaunchTemplateCommand,
  type CreateLaunchTemplateCommandInput,
  DeleteLaunchTemplateCommand,
  type DeleteLaunchTemplateCommandInput,
  DescribeLaunchTemplatesCommand,
  type DescribeLaunchTemplatesCommandInput,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export type LaunchTemplates = ReturnType<typeof connectLaunchTemplates>;

export function connectLaunchTemplates(options: ClientOptions) {
  const client = explained(new EC2Client(clientSettings(options)), "EC2", options);
  return {
    createLaunchTemplate: (input: CreateLaunchTemplateCommandInput) =>
      client.send(new CreateLaunchTemplateCommand(input)),
    describeLaunchTemplates: (input: DescribeLaunchTemplatesCommandInput) =>
      client.send(new DescribeLaunchTemplatesCommand(input)),
    deleteLaunchTemplate: (input: DeleteLaunchTemplateCommandInput) =>
      client.send(new DeleteLaunchTemplateCommand(input)),
  };
}
