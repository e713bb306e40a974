import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import { yaml } from "../project/project-folder.ts";
import { compileFiles, compileFolder, lambdaTask, member } from "./compile-project.ts";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));
const SEED = fileURLToPath(new URL("../fixtures/projects/seed", import.meta.url));

/** A container's environment by name. */
function environmentOf(container: JsonObject) {
  const entries = Array.isArray(container.Environment) ? container.Environment : [];
  return Object.fromEntries(entries.map(({ Name, Value }) => [Name, Value]));
}

const REGION = { AWS_REGION: { Ref: "AWS::Region" }, AWS_DEFAULT_REGION: { Ref: "AWS::Region" } };

describe("a job definition", () => {
  test("of the documentation compiles as it is written, in the words that CloudFormation takes", () => {
    const compiled = compileFolder(SEED);
    expect(compiled.problems).toEqual([]);
    expect(compiled.functions).toEqual({});
    const properties = compiled.properties("ReprojectBatchJob");
    expect(properties).toMatchObject({ Type: "container", Parameters: { url: "" } });
    const container = member(properties, "ContainerProperties");
    expect(container).toMatchObject({
      Command: ["cirrus-batch.py", "process", "Ref::url"],
      ResourceRequirements: [
        { Type: "VCPU", Value: "32" },
        { Type: "MEMORY", Value: "240000" },
        { Type: "GPU", Value: "4" },
      ],
    });
    expect(environmentOf(container)).toEqual({
      ...REGION,
      CIRRUS_DATA_BUCKET: "cirrus-seed-data",
      CIRRUS_PAYLOAD_BUCKET: "cirrus-seed-payloads",
      BATCH_VAR_1: "some value",
      JOB_DEF_VAR: "1234",
      OVERRIDDEN_VAR: "last_value",
    });
  });

  test("of the documentation compiles beside the built-in parts, which have the service role that it refers to", () => {
    const definition = readFileSync(`${SEED}/tasks/Reproject/definition.yml`, "utf8");
    const files = { "cirrus.yml": "service: test\n", "tasks/Reproject/definition.yml": definition };
    const { problems, resource } = compileFiles(files, { builtIns: PACKAGE });
    expect(problems).toEqual([]);
    expect(resource("BatchServiceRole")).toMatchObject({ Type: "AWS::IAM::Role" });
    expect(compileFolder(PACKAGE, { builtIns: PACKAGE }).resources.Resources).not.toHaveProperty("BatchServiceRole");
  });

  test("keeps its former revisions registered, unless its definition decides otherwise", () => {
    const compiled = compileFiles({
      "cloudformation/jobs.yml": yaml`
        Resources:
          One: {Type: AWS::Batch::JobDefinition}
          Two: {Type: AWS::Batch::JobDefinition, Properties: {ResourceRetentionPolicy: {SkipDeregisterOnUpdate: false}}}
      `,
    });
    expect(compiled.properties("One")).toEqual({ ResourceRetentionPolicy: { SkipDeregisterOnUpdate: true } });
    expect(compiled.properties("Two")).toEqual({ ResourceRetentionPolicy: { SkipDeregisterOnUpdate: false } });
  });

  test("of a task that is a Lambda as well is told the Lambda whose code it runs", () => {
    const batch = yaml`
      batch:
        resources:
          Resources:
            Job: {Type: AWS::Batch::JobDefinition, Properties: {ContainerProperties: {Image: x}}}
    `;
    const told = (settings: string) => {
      const compiled = compileFiles(lambdaTask("preview", settings, batch));
      return environmentOf(member(compiled.properties("Job"), "ContainerProperties"));
    };
    expect(told("{}")).toEqual({ ...REGION, CIRRUS_TASK_FUNCTION: "demo-dev-preview" });
    expect(told("enabled: false\n")).toEqual(REGION);
  });

  test("with several containers gives each of them the environment", () => {
    const compiled = compileFiles({
      "cirrus.yml": "service: demo\nprovider: {environment: {A: one}}\n",
      "cloudformation/jobs.yml": yaml`
        Resources:
          Nodes:
            Type: AWS::Batch::JobDefinition
            Properties:
              Type: multinode
              NodeProperties:
                NumNodes: 2
                NodeRangeProperties: [{TargetNodes: "0:", Container: {Image: x, Environment: [{Name: B, Value: 2}]}}]
          Ecs:
            Type: AWS::Batch::JobDefinition
            Properties: {EcsProperties: {TaskProperties: [{Containers: [{Image: x}, {Image: y}]}]}}
      `,
    });
    const text = (id: string) => JSON.stringify(compiled.properties(id));
    expect(text("Nodes").match(/\{"Name":"A","Value":"one"\},\{"Name":"B","Value":"2"\}/g)).toHaveLength(1);
    expect(text("Ecs").match(/\{"Name":"A","Value":"one"\}/g)).toHaveLength(2);
  });

  test("is left out where the Batch part of its task is disabled", () => {
    const batch = "batch: {enabled: false, resources: {Resources: {Job: {Type: AWS::Batch::JobDefinition}}}}\n";
    expect(Object.keys(compileFiles(lambdaTask("preview", "{}", batch)).resources.Resources ?? {})).toEqual([
      "PreviewLambdaRole",
    ]);
  });
});
