// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them.
/** A template with a Batch task in it, as the compiler writes one. */
import type { JsonObject } from "../../src/json.ts";

const sub = (text: string) => ({ "Fn::Sub": text });

export interface Choices {
  readonly volume?: number;
  readonly maxvCpus?: number;
  readonly priority?: number;
  readonly image?: string;
}

/** Two queues: one of a task with a launch template and an instance profile, and a shared one on Fargate. */
export function batchTemplate({ volume = 500, maxvCpus = 256, priority = 1, image = "one" }: Choices = {}): JsonObject {
  return {
    AWSTemplateFormatVersion: "2010-09-09",
    Resources: {
      WarpMachineRole: {
        Type: "AWS::IAM::Role",
        Properties: {
          Policies: [
            {
              PolicyName: "states",
              PolicyDocument: {
                Statement: [
                  {
                    Effect: "Allow",
                    Action: ["batch:SubmitJob"],
                    Resource: [
                      sub("arn:${AWS::Partition}:batch:job-definition/${AWS::StackName}-Warp:*"),
                      { Ref: "WarpQueue" },
                    ],
                  },
                  { Effect: "Allow", Action: ["batch:DescribeJobs"], Resource: "*" },
                ],
              },
            },
          ],
        },
      },
      WarpMachine: {
        Type: "AWS::StepFunctions::StateMachine",
        DependsOn: ["WarpQueue"],
        Properties: {
          RoleArn: { "Fn::GetAtt": ["WarpMachineRole", "Arn"] },
          DefinitionString: sub('{"Queue":"${WarpQueue}","Definition":"${WarpJob}","Literal":"${!WarpQueue}"}'),
          DefinitionSubstitutions: { queue: { Ref: "WarpQueue" } },
        },
      },
      WarpJob: {
        Type: "AWS::Batch::JobDefinition",
        Properties: {
          JobDefinitionName: sub("${AWS::StackName}-Warp"),
          Type: "container",
          ContainerProperties: { Image: image, JobRoleArn: { "Fn::GetAtt": "WarpJobRole.Arn" } },
        },
      },
      WarpJobRole: { Type: "AWS::IAM::Role", Properties: {} },
      WarpQueue: {
        Type: "AWS::Batch::JobQueue",
        Properties: {
          JobQueueName: sub("${AWS::StackName}-Warp"),
          ComputeEnvironmentOrder: [{ Order: 1, ComputeEnvironment: { Ref: "WarpEnvironment" } }],
          Priority: priority,
          State: "ENABLED",
        },
      },
      WarpEnvironment: {
        Type: "AWS::Batch::ComputeEnvironment",
        Properties: {
          ComputeEnvironmentName: sub("${AWS::StackName}-Warp"),
          Type: "MANAGED",
          ComputeResources: {
            Type: "EC2",
            MaxvCpus: maxvCpus,
            MinvCpus: 0,
            DesiredvCpus: 0,
            InstanceRole: { "Fn::GetAtt": ["WarpProfile", "Arn"] },
            LaunchTemplate: { LaunchTemplateId: { Ref: "WarpLaunchTemplate" }, Version: "$Latest" },
          },
        },
      },
      WarpLaunchTemplate: {
        Type: "AWS::EC2::LaunchTemplate",
        Properties: {
          LaunchTemplateName: sub("${AWS::StackName}-Warp"),
          LaunchTemplateData: { BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: volume } }] },
        },
      },
      WarpProfile: {
        Type: "AWS::IAM::InstanceProfile",
        Properties: { Path: "/", Roles: [{ Ref: "WarpInstanceRole" }] },
      },
      WarpInstanceRole: { Type: "AWS::IAM::Role", Properties: {} },
      WarpInstancePolicy: {
        Type: "AWS::IAM::Policy",
        Properties: { Roles: [{ Ref: "WarpInstanceRole" }], PolicyDocument: { Statement: [] } },
      },
      SharedQueue: {
        Type: "AWS::Batch::JobQueue",
        Properties: {
          ComputeEnvironmentOrder: [{ Order: 1, ComputeEnvironment: { Ref: "SharedEnvironment" } }],
          Priority: 1,
        },
      },
      SharedEnvironment: {
        Type: "AWS::Batch::ComputeEnvironment",
        Properties: { Type: "MANAGED", ComputeResources: { Type: "FARGATE", MaxvCpus: 16 } },
      },
    },
    Outputs: { WarpQueueArn: { Value: { Ref: "WarpQueue" } } },
  };
}

/** The same project after the task was removed. */
export function withoutWarp(template: JsonObject): JsonObject {
  const resources = Object.entries(template.Resources ?? {}).filter(([id]) => !id.startsWith("Warp"));
  return { ...template, Resources: Object.fromEntries(resources), Outputs: {} };
}
