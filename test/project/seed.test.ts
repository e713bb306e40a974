// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts hold the project's own variables
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { bindLocally } from "../../src/project/local/local.ts";
import { readAt } from "./project-folder.ts";

const SEED = fileURLToPath(new URL("../fixtures/projects/seed", import.meta.url));

test("the Reproject task is read as it is written in the documentation", () => {
  const { project, problems } = readAt(SEED);
  expect(problems).toEqual([]);
  expect(project.tasks.get("Reproject")).toMatchObject({
    description: "A sample Batch-only task definition",
    enabled: true,
    environment: { BATCH_VAR_1: "some value", OVERRIDDEN_VAR: "another_value" },
    lambda: undefined,
    batch: { enabled: true },
  });
  const resources = project.resources.Resources;
  expect([...resources.values()].map(({ logicalId, task }) => [logicalId, task])).toEqual([
    ["BatchServiceRole", undefined],
    ["ReprojectBatchJob", "Reproject"],
    ["ReprojectLaunchTemplate500GB", "Reproject"],
    ["ReprojectComputeEnvironment500GB", "Reproject"],
    ["ReprojectJobQueue500GB", "Reproject"],
    ["ReprojectInstanceRole", "Reproject"],
    ["ReprojectInstanceProfile", "Reproject"],
  ]);
  expect(resources.get("ReprojectComputeEnvironment500GB")?.definition).toMatchObject({
    Properties: {
      ComputeEnvironmentName: { "Fn::Sub": "${AWS::StackName}-Reproject-500GB" },
      ServiceRole: { "Fn::GetAtt": ["BatchServiceRole", "Arn"] },
      ComputeResources: {
        MaxvCpus: 2000,
        Subnets: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        SecurityGroupIds: ["sg-0123456789abcdef0"],
        LaunchTemplate: { LaunchTemplateId: { Ref: "ReprojectLaunchTemplate500GB" }, Version: "$Latest" },
        Tags: { Name: { "Fn::Sub": "Batch Instance - ${AWS::StackName}" } },
      },
    },
  });
  expect(resources.get("ReprojectInstanceRole")?.definition).toMatchObject({
    Properties: {
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              { Resource: [{ "Fn::Join": ["", ["arn:aws:s3:::", "cirrus-seed-data", "*"]] }, {}] },
              {},
              { Resource: [{ "Fn::Sub": "arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:cirrus*" }] },
              {},
            ],
          },
        },
      ],
    },
  });
});

test("the image's tag follows the stage", () => {
  const image = (stage?: string) => {
    const { project } = readAt(SEED, stage === undefined ? {} : { stage });
    const { jobDefinitions } = bindLocally(project, { environment: {} });
    return jobDefinitions.get(`${project.config.stackName}-Reproject`)?.image;
  };
  expect(image()).toBe("123456789012.dkr.ecr.us-west-2.amazonaws.com/some-image-name:dev");
  expect(image("staging")).toBe("123456789012.dkr.ecr.us-west-2.amazonaws.com/some-image-name:staging");
});

test("Reproject becomes a job of this machine, its environment inherited from project and task", () => {
  const { jobDefinitions, jobQueues, problems } = bindLocally(readAt(SEED).project, {
    environment: { CIRRUS_HERE: "1" },
  });
  expect(problems).toEqual([]);
  const arn = "arn:aws:batch:local:000000000000:job-definition/cirrus-seed-dev-Reproject";
  expect(jobDefinitions.get("cirrus-seed-dev-Reproject")).toEqual({
    name: "cirrus-seed-dev-Reproject",
    arn,
    directory: join(SEED, "tasks/Reproject"),
    command: ["cirrus-batch.py", "process", "Ref::url"],
    parameters: { url: "" },
    environment: {
      AWS_REGION: "us-west-2",
      AWS_DEFAULT_REGION: "us-west-2",
      CIRRUS_DATA_BUCKET: "cirrus-seed-data",
      CIRRUS_PAYLOAD_BUCKET: "cirrus-seed-payloads",
      BATCH_VAR_1: "some value",
      JOB_DEF_VAR: "1234",
      OVERRIDDEN_VAR: "last_value",
      CIRRUS_HERE: "1",
    },
    image: "123456789012.dkr.ecr.us-west-2.amazonaws.com/some-image-name:dev",
    vcpus: 32,
    memory: 240_000,
    attempts: 1,
  });
  expect(jobDefinitions.get(arn)).toBe(jobDefinitions.get("cirrus-seed-dev-Reproject"));
  expect(jobQueues.get("arn:aws:batch:local:000000000000:job-queue/cirrus-seed-dev-Reproject-500GB")).toEqual({
    name: "cirrus-seed-dev-Reproject-500GB",
    maxConcurrent: 2,
  });
});
