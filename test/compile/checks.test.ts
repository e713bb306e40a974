import { describe, expect, test } from "vitest";
import { yaml } from "../project/project-folder.ts";
import { compileFiles, lambdaTask } from "./compile-project.ts";

/** A template's sections, in a file of their own. */
const template = (text: string) => ({ "cloudformation/all.yml": text });

describe("a reference", () => {
  test("to a component or workflow becomes its logical ID, wherever it stands", () => {
    const compiled = compileFiles({
      ...lambdaTask("add-preview"),
      "workflows/mirror/definition.yml": "definition: {StartAt: a, States: {a: {Type: Succeed}}}\n",
      ...template(
        yaml`
        Resources:
          Alarm:
            Type: AWS::CloudWatch::Alarm
            DependsOn: [add-preview, mirror]
            Properties:
              Dimensions: [{Name: FunctionName, Value: !Ref add-preview}]
              AlarmDescription: !Sub "\${add-preview.Arn} \${!kept} \${own} \${AWS::Region}"
        Outputs:
          Machine: {Value: "#{mirror}"}
          Function: {Value: !GetAtt [add-preview, Arn]}
          Role: {Value: !GetAtt AddDashpreviewLambdaRole.Arn}
          Bucket: {Value: !Ref ServerlessDeploymentBucket}
          Pair: {Value: !Sub ["\${mine} \${mirror}", {mine: !Ref add-preview}]}
        Parameters:
          own: {Type: String}
      `.replaceAll("\\$", "$"),
      ),
    });
    expect(compiled.problems).toEqual([]);
    expect(compiled.resource("Alarm")).toMatchObject({
      DependsOn: ["AddDashpreviewLambdaFunction", "MirrorStateMachine"],
      Properties: {
        Dimensions: [{ Name: "FunctionName", Value: { Ref: "AddDashpreviewLambdaFunction" } }],
        AlarmDescription: {
          // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own variables
          "Fn::Sub": "${AddDashpreviewLambdaFunction.Arn} ${!kept} ${own} ${AWS::Region}",
        },
      },
    });
    expect(compiled.resources.Outputs).toEqual({
      Machine: { Value: { Ref: "MirrorStateMachine" } },
      Function: { Value: { "Fn::GetAtt": ["AddDashpreviewLambdaFunction", "Arn"] } },
      Role: { Value: { "Fn::GetAtt": ["AddDashpreviewLambdaRole", "Arn"] } },
      Bucket: { Value: { Ref: "ServerlessDeploymentBucket" } },
      Pair: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own variables
        Value: { "Fn::Sub": ["${mine} ${MirrorStateMachine}", { mine: { Ref: "AddDashpreviewLambdaFunction" } }] },
      },
    });
  });

  test("to nothing is a problem, each with its place and the nearest name", () => {
    const compiled = compileFiles({
      ...lambdaTask("publish"),
      ...lambdaTask("hidden", "enabled: false\n"),
      ...template(yaml`
        Conditions:
          IsProd: !Equals [a, b]
        Resources:
          Topic:
            Type: AWS::SNS::Topic
            Condition: IsProt
            DependsOn: Topik
            Properties:
              DisplayName: !If [Is, !GetAtt publisch.Arn, !Ref hidden]
              TopicName: !FindInMap [Names, a, b]
      `),
    });
    expect(compiled.problems).toEqual([
      "cloudformation/all.yml:9:24 unknown-condition: There is no condition Is [There is: IsProd.]",
      "cloudformation/all.yml:9:24 unknown-reference: There is no publisch in the project [Did you mean publish?]",
      "cloudformation/all.yml:9:24 unknown-reference: The task hidden is disabled [See tasks/hidden/definition.yml.]",
      "cloudformation/all.yml:10:29 unknown-mapping: There is no mapping Names",
      "cloudformation/all.yml:6:16 unknown-condition: There is no condition IsProt [Did you mean IsProd?]",
      "cloudformation/all.yml:7:16 unknown-reference: There is no Topik in the project [Did you mean Topic?]",
    ]);
  });
});

test("cirrus.yml holds nothing that the deployment would leave out", () => {
  const config = yaml`
    service: demo
    provider: {iam: {role: arn:aws:iam::123456789012:role/all}}
    functions: {}
    plugins: [serverless-offline]
    pakage: {}
    layers: {}
  `;
  expect(compileFiles({ "cirrus.yml": config }).problems).toEqual([
    "cirrus.yml:3:12 unknown-section: The section functions of cirrus.yml has no effect [Each function is a folder in tasks/, feeders/ or functions/.]",
    "cirrus.yml:4:10 unknown-section: The section plugins of cirrus.yml has no effect [Name plugins in serverless.yml, after cirrus-pipeline/serverless.]",
    "cirrus.yml:5:9 unknown-section: The section pakage of cirrus.yml has no effect [Did you mean package?]",
    "cirrus.yml:2:24 shared-role: The provider names one role for all functions, but each has a role of its own [Give `role` to the functions that need another one; a path and a boundary go under provider.iam.role.]",
  ]);
});

describe("a name", () => {
  test("may be as long as AWS allows and no longer", () => {
    const queue = (length: number) =>
      template(
        `Resources:\n  Work: {Type: AWS::SQS::Queue, Properties: {QueueName: "#{AWS::StackName}-${"q".repeat(length)}"}}\n`,
      );
    expect(compileFiles(queue(80 - "demo-dev-".length)).problems).toEqual([]);
    expect(compileFiles(queue(81 - "demo-dev-".length)).problems).toEqual([
      `cloudformation/all.yml:2:57 name-too-long: The name of Work, demo-dev-${"q".repeat(72)}, has 81 characters, 1 more than the 80 that AWS allows [Shorten the service, the stage or the name itself.]`,
    ]);
  });

  test("of a bucket is lower-case", () => {
    const bucket = template(
      'Resources:\n  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: "#{AWS::StackName}-data"}}\n',
    );
    expect(compileFiles({ ...bucket, "cirrus.yml": "service: Demo\n" }).problems).toEqual([
      "cloudformation/all.yml:2:58 bad-name: The name of Data, Demo-dev-data, may hold lower-case letters, digits, hyphens and dots only [The service and the stage are part of many names.]",
    ]);
  });

  test("of the stack has a limit as well", () => {
    const service = "s".repeat(130);
    const [problem] = compileFiles({ "cirrus.yml": `service: ${service}\n` }).problems;
    expect(problem).toMatch(/^cirrus.yml:1:10 name-too-long: .* has 134 characters, 6 more than the 128/);
  });

  test("that only AWS can know is left to AWS", () => {
    const compiled = compileFiles(
      template(
        "Parameters: {P: {Type: String}}\nResources:\n  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref P}}\n",
      ),
    );
    expect(compiled.problems).toEqual([]);
  });
});

describe("a logical ID", () => {
  test("belongs to one part of the stack", () => {
    const compiled = compileFiles({
      ...lambdaTask("add-one"),
      ...lambdaTask("addDashone"),
      ...template("Resources:\n  AddDashoneLambdaRole: {Type: AWS::IAM::Role}\n"),
    });
    const twice = (id: string, part: string) =>
      `tasks/addDashone/definition.yml:1:1 duplicate-logical-id: the ${part} of the task addDashone has the logical ID ${id}, and so has the ${part} of the task add-one of tasks/add-one/definition.yml [Rename one of the two.]`;
    expect(compiled.problems).toEqual([
      twice("AddDashoneLambdaFunction", "Lambda"),
      twice("AddDashoneLambdaRole", "role"),
      twice("AddDashoneLogGroup", "log group"),
      "cloudformation/all.yml:2:25 duplicate-logical-id: the resource AddDashoneLambdaRole has the logical ID AddDashoneLambdaRole, and so has the role of the task add-one of tasks/add-one/definition.yml [Rename one of the two.]",
    ]);
  });
});

describe("a stack", () => {
  const topics = (count: number) =>
    template(
      `Resources:\n${Array.from({ length: count }, (_, index) => `  Topic${index}: {Type: AWS::SNS::Topic}\n`).join("")}`,
    );

  test("says how near it is to CloudFormation's limits, and is refused over them", () => {
    // Two more for the bucket that the code is uploaded to.
    expect(compileFiles(topics(398))).toMatchObject({ problems: [], notices: [] });
    expect(compileFiles(topics(498))).toMatchObject({
      problems: [],
      notices: ["The stack demo-dev has 500 resources; CloudFormation allows 500."],
    });
    expect(compileFiles(topics(499)).problems).toEqual([
      "cirrus.yml:1:1 stack-too-large: The stack demo-dev has 501 resources; CloudFormation allows 500 [Move some of the components to a project of their own.]",
    ]);
  });

  test("counts what comes with a function: its log, its role and its events", () => {
    const files = { ...topics(493), ...lambdaTask("one", "events: [{schedule: rate(1 day)}]\n") };
    expect(compileFiles(files).problems).toEqual([]);
    expect(compileFiles({ ...files, ...topics(495) }).problems).toHaveLength(1);
  });

  test("is the same bytes every time", () => {
    const files = {
      ...topics(3),
      ...lambdaTask("b", "{}", "batch: {resources: {Resources: {Job: {Type: AWS::Batch::JobDefinition}}}}\n"),
      ...lambdaTask("a", "environment: {B: 1, A: 2}\n"),
    };
    const text = () => JSON.stringify([compileFiles(files).functions, compileFiles(files).resources]);
    expect(text()).toBe(text());
  });

  test("keeps every section of a template", () => {
    const compiled = compileFiles(
      template(yaml`
        Transform: AWS::LanguageExtensions
        Metadata: {Note: {Text: one}}
        Mappings: {Names: {a: {b: c}}}
        Conditions: {Never: !Equals [a, b]}
        Rules: {One: {Assertions: []}}
        Parameters: {P: {Type: String, Default: x}}
        Outputs: {O: {Condition: Never, Value: !FindInMap [Names, a, b]}}
      `),
    );
    expect(compiled.problems).toEqual([]);
    expect(Object.keys(compiled.resources).sort()).toEqual([
      "Conditions",
      "Mappings",
      "Metadata",
      "Outputs",
      "Parameters",
      "Rules",
      "Transform",
    ]);
    expect(compiled.resources.Transform).toEqual(["AWS::LanguageExtensions"]);
  });
});
