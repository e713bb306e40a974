import { describe, expect, test } from "vitest";
import { read, show, writeFolder, yaml } from "./project-folder.ts";

const template = (logicalId: string, type = "AWS::S3::Bucket") => `Resources:\n  ${logicalId}:\n    Type: ${type}\n`;

describe("the sections of the template", () => {
  test("come from cloudformation/, from cirrus.yml and from the Batch tasks, with their source", () => {
    const { project, problems } = read({
      "cirrus.yml":
        "service: demo\nresources:\n  - Resources: {FromConfig: {Type: 'AWS::SNS::Topic'}}\n  - Outputs: {Out: {Value: 1}}\n",
      "cloudformation/a.yml": `Transform: AWS::Include\n${template("FromFolder")}Parameters: {P: {Type: String}}\n`,
      "cloudformation/notes.txt": "not a template",
      "tasks/t/definition.yml": yaml`
        batch:
          resources:
            Conditions: {C: !Equals [1, 1]}
            Mappings: {M: {a: {b: c}}}
            Resources: {Job: {Type: AWS::Batch::JobDefinition}}
      `,
    });
    expect(problems).toEqual([]);
    const { resources } = project;
    expect([...resources.Resources.values()].map((entry) => [entry.logicalId, entry.shown, entry.task])).toEqual([
      ["FromFolder", "cloudformation/a.yml", undefined],
      ["FromConfig", "cirrus.yml", undefined],
      ["Job", "tasks/t/definition.yml", "t"],
    ]);
    expect([...resources.Conditions.keys(), ...resources.Mappings.keys(), ...resources.Outputs.keys()]).toEqual([
      "C",
      "M",
      "Out",
    ]);
    expect([...resources.Parameters.keys()]).toEqual(["P"]);
    expect(resources.Transform).toEqual(["AWS::Include"]);
  });

  test("of the project replace built-in ones of the same logical ID, with a notice", () => {
    const builtIns = writeFolder({
      "cloudformation/base.yml": `${template("Shared")}  Kept:\n    Type: AWS::SNS::Topic\n`,
    });
    const { project, problems } = read(
      { "cloudformation/own.yml": template("Shared", "AWS::SQS::Queue") },
      { builtIns },
    );
    expect(problems).toEqual([]);
    expect(project.resources.Resources.get("Shared")).toMatchObject({
      source: "project",
      shown: "cloudformation/own.yml",
    });
    expect(project.resources.Resources.get("Kept")?.source).toBe("built-in");
    expect(project.notices).toEqual(["Shared of cloudformation/own.yml replaces the built-in one in the Resources"]);
  });

  test("of a built-in task go with it when the project replaces the task", () => {
    const job = "batch: {resources: {Resources: {BuiltInJob: {Type: 'AWS::Batch::JobDefinition'}}}}\n";
    const builtIns = writeFolder({ "tasks/t/definition.yml": job });
    const { project } = read({ "tasks/t/definition.yml": "batch: {resources: {}}\n" }, { builtIns });
    expect([...project.resources.Resources.keys()]).toEqual([]);
  });
});

describe("problems of templates", () => {
  test("one logical ID twice in the project names both places", () => {
    const { problems } = read({ "cloudformation/a.yml": template("Same"), "cloudformation/b.yml": template("Same") });
    expect(show(problems)).toEqual([
      "cloudformation/b.yml:2:3 duplicate-logical-id: Same is already in the Resources of cloudformation/a.yml " +
        "[Give one of the two another logical ID.]",
    ]);
  });

  test("a key beside Type that CloudFormation does not know, wherever the resource is declared", () => {
    const { project, problems } = read({
      "cloudformation/a.yml": yaml`
        Resources:
          Bucket:
            Type: AWS::S3::Bucket
            DependOn: Topic
            Propertys: {BucketName: a}
            BucketName: a
            DeletionPolicy: Retain
            UpdateReplacePolicy: Retain
      `,
      "tasks/a/definition.yml":
        "batch: {resources: {Resources: {Job: {Type: 'AWS::Batch::JobDefinition', Conditon: Is}}}}\n",
    });
    expect(show(problems)).toEqual([
      "cloudformation/a.yml:4:5 unknown-key: Unknown key DependOn in the resource Bucket [Did you mean DependsOn?]",
      "cloudformation/a.yml:5:5 unknown-key: Unknown key Propertys in the resource Bucket [Did you mean Properties?]",
      "cloudformation/a.yml:6:5 unknown-key: Unknown key BucketName in the resource Bucket " +
        "[Properties of the resource stand under Properties.]",
      "tasks/a/definition.yml:1:74 unknown-key: Unknown key Conditon in the resource Job [Did you mean Condition?]",
    ]);
    expect([...project.resources.Resources.keys()]).toEqual(["Bucket", "Job"]);
  });

  test("a key that a macro may know is none, unless it is nearly one of CloudFormation's", () => {
    const text =
      "Transform: AWS::Serverless-2016-10-31\nResources:\n  Api: {Type: AWS::Serverless::Api, Connectors: {}, DependOn: A}\n";
    expect(show(read({ "cloudformation/a.yml": text }).problems)).toEqual([
      "cloudformation/a.yml:3:53 unknown-key: Unknown key DependOn in the resource Api [Did you mean DependsOn?]",
    ]);
  });

  test("a type that is written as none is, with the one that other resources have", () => {
    const resources = (...types: readonly string[]) =>
      `Resources:\n${types.map((type, index) => `  R${index}: {Type: "${type}"}\n`).join("")}`;
    const malformed = resources("aws::s3::bucket", "AWS:SNS:Topic", "AWS::SNS::Topic", "AWS::Lambda", "custom::Thing");
    expect(show(read({ "cloudformation/a.yml": malformed }).problems)).toEqual([
      "cloudformation/a.yml:2:8 bad-resource-type: aws::s3::bucket is no type of a resource " +
        "[A type is written like AWS::S3::Bucket.]",
      "cloudformation/a.yml:3:8 bad-resource-type: AWS:SNS:Topic is no type of a resource [Did you mean AWS::SNS::Topic?]",
      "cloudformation/a.yml:5:8 bad-resource-type: AWS::Lambda is no type of a resource " +
        "[A type is written like AWS::S3::Bucket.]",
      "cloudformation/a.yml:6:8 bad-resource-type: custom::Thing is no type of a resource " +
        "[A type is written like AWS::S3::Bucket.]",
    ]);
    const sound = ["AWS::S3::Bucket", "AWS::CloudFormation::CustomResource", "Custom::My_thing", "Alexa::ASK::Skill"];
    const others = ["Datadog::Monitors::Monitor", "My::S3::Bucket::MODULE", "awsqs::EKS::Cluster"];
    expect(show(read({ "cloudformation/a.yml": resources(...sound, ...others) }).problems)).toEqual([]);
  });

  test("a section that does not exist, a resource without Type, a bad logical ID, a value that is no map", () => {
    const { problems } = read({
      "cloudformation/a.yml": yaml`
        Resource: {}
        Resources:
          No-Good: {Type: AWS::S3::Bucket}
          NoType: {Tipe: AWS::S3::Bucket}
          Text: hello
      `,
      "cloudformation/b.yml": "- list\n",
    });
    expect(show(problems)).toEqual([
      "cloudformation/a.yml:1:1 unknown-key: Unknown key Resource [Did you mean Resources?]",
      "cloudformation/b.yml:1:1 bad-definition: cloudformation/b.yml holds no map of keys and values",
      "cloudformation/a.yml:3:3 bad-logical-id: No-Good is no logical ID [Use letters and digits only.]",
      "cloudformation/a.yml:4:3 missing-key: The resource NoType has no Type [Is Tipe meant as Type?]",
      "cloudformation/a.yml:5:3 bad-value: Text holds no map",
    ]);
  });
});
