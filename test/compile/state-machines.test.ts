// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts hold CloudFormation's own variables
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { definitionString } from "../../src/compile/definition-string.ts";
import type { Json, JsonObject } from "../../src/json.ts";
import { yaml } from "../project/project-folder.ts";
import { compileFiles, deployed, lambdaTask } from "./compile-project.ts";

const ACCOUNT = "arn:${AWS::Partition}:SERVICE:${AWS::Region}:${AWS::AccountId}:";
const arn = (service: string, rest: string) => ({ "Fn::Sub": `${ACCOUNT.replace("SERVICE", service)}${rest}` });

const BATCH = {
  "cloudformation/batch.yml": yaml`
    Resources:
      Queue: {Type: AWS::Batch::JobQueue}
      Job: {Type: AWS::Batch::JobDefinition, Properties: {JobDefinitionName: "#{AWS::StackName}-job"}}
      Nameless: {Type: AWS::Batch::JobDefinition, Properties: {}}
      Topic: {Type: AWS::SNS::Topic}
      Work: {Type: AWS::SQS::Queue}
      Table: {Type: AWS::DynamoDB::Table}
      Data: {Type: AWS::S3::Bucket}
  `,
};

/** A workflow of one state, whose settings are lines. */
function workflow(state: string, settings = ""): Record<string, string> {
  const definition = `definition:\n  StartAt: one\n  States:\n    one:\n${state.replace(/^(?=.)/gm, "      ")}`;
  return { "workflows/flow/definition.yml": `${settings}${definition}` };
}

const PUBLISH = workflow("Type: Task\nResource: !GetAtt publish.Arn\nEnd: true\n");

/** The statements that only the states ask for. */
function granted(state: string, files: Readonly<Record<string, string>> = {}) {
  const compiled = compileFiles({ ...BATCH, ...lambdaTask("publish"), ...files, ...workflow(state) });
  expect(compiled.problems).toEqual([]);
  return compiled
    .statements("FlowStateMachineRole")
    .filter(({ Action }) => !JSON.stringify(Action).match(/"(logs|xray):/))
    .map(({ Action, Resource }) => [Action, Resource]);
}

describe("a workflow", () => {
  test("becomes a state machine with a role and a log of errors without the payloads", () => {
    const compiled = compileFiles({ ...lambdaTask("publish"), ...PUBLISH });
    expect(compiled.problems).toEqual([]);
    expect(compiled.properties("FlowStateMachine")).toMatchObject({
      StateMachineName: "demo-dev-flow",
      StateMachineType: "STANDARD",
      RoleArn: { "Fn::GetAtt": ["FlowStateMachineRole", "Arn"] },
      LoggingConfiguration: {
        Level: "ERROR",
        IncludeExecutionData: false,
        Destinations: [
          { CloudWatchLogsLogGroup: { LogGroupArn: { "Fn::GetAtt": ["FlowStateMachineLogGroup", "Arn"] } } },
        ],
      },
      TracingConfiguration: { Enabled: true },
    });
    expect(compiled.properties("FlowStateMachineLogGroup")).toEqual({
      LogGroupName: "/aws/vendedlogs/states/demo-dev-flow",
      RetentionInDays: 30,
    });
    expect(definitionOf(compiled.properties("FlowStateMachine"))).toMatchObject({
      States: { one: { Resource: "<PublishLambdaFunction.Arn>" } },
    });
  });

  test("takes logging, tracing, tags, role, dependencies and retention from its file", () => {
    const settings = yaml`
      loggingConfig: {level: ALL, includeExecutionData: true, destinations: [!GetAtt Work.Arn]}
      tracingConfig: {enabled: false}
      tags: {team: data}
      role: arn:aws:iam::123456789012:role/mine
      dependsOn: Topic
      retain: true
    `;
    const compiled = compileFiles({
      "cirrus.yml": "service: demo\nprovider: {tags: {team: all, stage: dev}}\n",
      ...BATCH,
      ...workflow("Type: Pass\nEnd: true\n", settings),
    });
    expect(compiled.problems).toEqual([]);
    expect(compiled.resource("FlowStateMachine")).toMatchObject({
      DependsOn: "Topic",
      DeletionPolicy: "Retain",
      Properties: {
        RoleArn: "arn:aws:iam::123456789012:role/mine",
        LoggingConfiguration: {
          Level: "ALL",
          IncludeExecutionData: true,
          Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: { "Fn::GetAtt": ["Work", "Arn"] } } }],
        },
        TracingConfiguration: { Enabled: false },
        Tags: [
          { Key: "team", Value: "data" },
          { Key: "stage", Value: "dev" },
        ],
      },
    });
    const made = Object.keys(compiled.resources.Resources ?? {}).filter((id) => id.startsWith("Flow"));
    expect(made).toEqual(["FlowStateMachine"]);
  });

  test("cannot start without a payload, be EXPRESS, or have alarms made for it", () => {
    const settings = "type: EXPRESS\nevents: [schedule: rate(1 day)]\nalarms: {}\nnotifications: {}\n";
    const compiled = compileFiles(workflow("Type: Pass\nEnd: true\n", settings));
    expect(compiled.problems).toEqual([
      "workflows/flow/definition.yml:2:9 unsupported-key: The workflow flow has events, but only a payload starts a workflow [Give the events to a feeder, which publishes payloads.]",
      "workflows/flow/definition.yml:1:7 unsupported-key: The workflow flow is EXPRESS, whose executions announce no end [Leave type out, so that the state of its payloads can follow.]",
      "workflows/flow/definition.yml:3:9 unsupported-key: alarms of a workflow are not made [Declare them as resources in cloudformation/.]",
      "workflows/flow/definition.yml:4:16 unsupported-key: notifications of a workflow are not made [Declare them as resources in cloudformation/.]",
    ]);
  });

  test("is left out where it is disabled", () => {
    expect(compileFiles(workflow("Type: Pass\nEnd: true\n", "enabled: false\n")).resources).toEqual({});
  });

  test("is checked as far as its language is ours", () => {
    const wrong = compileFiles(workflow("Type: Pass\nNext: nowhere\n"));
    expect(wrong.problems).toEqual([expect.stringContaining("workflows/flow/definition.yml:6:13 ")]);
    const jsonata = compileFiles(workflow("Type: Pass\nQueryLanguage: JSONata\nOutput: '{% 1 %}'\nEnd: true\n"));
    expect(jsonata.problems).toEqual([]);
  });
});

describe("the role of a state machine", () => {
  test("may invoke the functions that the states name, once each", () => {
    const functions = { ...lambdaTask("one"), ...lambdaTask("two") };
    const parallel = yaml`
      Type: Parallel
      Branches:
        - {StartAt: a, States: {a: {Type: Task, Resource: !GetAtt one.Arn, End: true}}}
        - {StartAt: b, States: {b: {Type: Task, Resource: !GetAtt one.Arn, End: true}}}
        - StartAt: c
          States:
            c:
              Type: Map
              ItemProcessor:
                StartAt: d
                States:
                  d:
                    Type: Task
                    Resource: arn:aws:states:::lambda:invoke
                    Parameters: {FunctionName: !GetAtt two.Arn}
                    End: true
              End: true
      End: true
    `;
    expect(granted(parallel, functions)).toEqual([
      [["lambda:InvokeFunction"], [attribute("OneLambdaFunction"), attribute("TwoLambdaFunction")]],
    ]);
  });

  test("may submit a job definition by its name and every revision, and with .sync follow and end its jobs", () => {
    const submit = (job: string, pattern = "") =>
      `Type: Task\nResource: arn:aws:states:::batch:submitJob${pattern}\nParameters: {JobName: x, JobQueue: "#{Queue}", JobDefinition: "#{${job}}"}\nEnd: true\n`;
    const definitions = ["", ":*"].map((end) => arn("batch", `job-definition/\${AWS::StackName}-job${end}`));
    const named = [...definitions, { Ref: expect.stringMatching(/^Queue/) }];
    expect(granted(submit("Job"))).toEqual([[["batch:SubmitJob"], named]]);
    expect(granted(submit("Job", ".sync"))).toEqual([
      [["batch:SubmitJob"], named],
      [["batch:DescribeJobs"], "*"],
      [["batch:TerminateJob"], arn("batch", "job/*")],
      [
        ["events:DescribeRule", "events:PutRule", "events:PutTargets"],
        arn("events", "rule/StepFunctionsGetEventsForBatchJobsRule"),
      ],
    ]);
    const [[, nameless]] = granted(submit("Nameless")) as [[unknown, Json[]]];
    const revision = "arn:aws:batch:us-west-2:123456789012:job-definition/Nameless-a1b2:7";
    const filled = JSON.parse(JSON.stringify(nameless).replaceAll('{"Ref":"Nameless"}', JSON.stringify(revision)));
    const arns = "arn:<AWS::Partition>:batch:<AWS::Region>:<AWS::AccountId>:job-definition/Nameless-a1b2";
    expect((deployed(filled) as Json[]).slice(0, 2)).toEqual([arns, `${arns}:*`]);
  });

  test.each([
    ["sns:publish", "TopicArn: !Ref Topic", [["sns:Publish"], { Ref: "Topic" }]],
    ["sqs:sendMessage", "QueueUrl: !Ref Work", [["sqs:SendMessage"], attribute("Work")]],
    ["dynamodb:putItem", "TableName: !Ref Table", [["dynamodb:PutItem"], attribute("Table")]],
    ["dynamodb:getItem", "TableName: other", [["dynamodb:GetItem"], arn("dynamodb", "table/other")]],
    ["states:startExecution", "StateMachineArn: !Ref flow", [["states:StartExecution"], { Ref: "FlowStateMachine" }]],
  ])("may call %s on the one resource that the state names", (call, parameters, expected) => {
    const state = `Type: Task\nResource: arn:aws:states:::${call}\nParameters: {${parameters}}\nEnd: true\n`;
    expect(granted(state)).toEqual([expected]);
  });

  test("may run a distributed Map's items and reach its buckets", () => {
    const map = yaml`
      Type: Map
      ItemReader: {Resource: "arn:aws:states:::s3:listObjectsV2", Parameters: {Bucket: !Ref Data}}
      ItemProcessor:
        ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}
        StartAt: a
        States: {a: {Type: Pass, End: true}}
      End: true
    `;
    const bucket = "arn:${AWS::Partition}:s3:::${Bucket}";
    expect(granted(map)).toEqual([
      [["states:StartExecution"], arn("states", "stateMachine:demo-dev-flow")],
      [
        ["states:DescribeExecution", "states:RedriveExecution", "states:StopExecution"],
        arn("states", "execution:demo-dev-flow/*"),
      ],
      [["s3:GetObject"], { "Fn::Sub": [`${bucket}/*`, { Bucket: { Ref: "Data" } }] }],
      [["s3:ListBucket"], { "Fn::Sub": [bucket, { Bucket: { Ref: "Data" } }] }],
    ]);
  });

  test.each(["arn:aws", "arn:aws-us-gov", '"arn:#{AWS::Partition}', "!Sub 'arn:${AWS::Partition}"])(
    "is the same where the author has written %s, and the machine names the stack's own partition",
    (written) => {
      const quote = /["']/.exec(written)?.[0] ?? "";
      const state = `Type: Task\nResource: ${written}:states:::sns:publish${quote}\nParameters: {TopicArn: !Ref Topic}\nEnd: true\n`;
      expect(granted(state)).toEqual([[["sns:Publish"], { Ref: "Topic" }]]);
      const { resources } = compileFiles({ ...BATCH, ...workflow(state) });
      expect(JSON.stringify(resources)).toContain("arn:${AWS::Partition}:states:::sns:publish");
    },
  );

  test("must be written by the author where a state does not tell what it may do", () => {
    const state = "Type: Task\nResource: arn:aws:states:::aws-sdk:s3:copyObject\nEnd: true\n";
    expect(compileFiles(workflow(state)).problems).toEqual([
      "workflows/flow/definition.yml:6:17 unknown-permissions: What the state one may do with arn:aws:states:::aws-sdk:s3:copyObject cannot be told from its definition [Grant it in iamRoleStatements of the workflow, as a list of IAM statements.]",
    ]);
    const statement = "{Effect: Allow, Action: s3:PutObject, Resource: !Sub '${Data.Arn}/*'}";
    const compiled = compileFiles({ ...BATCH, ...workflow(state, `iamRoleStatements: [${statement}]\n`) });
    expect(compiled.problems).toEqual([]);
    expect(compiled.statements("FlowStateMachineRole")[0]).toEqual({
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: { "Fn::Sub": "${Data.Arn}/*" },
    });
  });
});

describe("a definition in one text", () => {
  test("is the definition again when the stack is made", () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom("${collection}/${year}", "$.a", 'say "${x}"', "{% $x %}", "${!x}"),
    );
    const reference = fc.constantFrom<Json>(
      { Ref: "Queue" },
      { "Fn::GetAtt": ["publish", "Arn"] },
      { "Fn::Sub": "arn:${AWS::Region}:${!kept}" },
      { "Fn::Join": ["-", [{ Ref: "AWS::StackName" }, "x"]] },
      { "Fn::Sub": ["${own}!", { own: { Ref: "Queue" } }] },
    );
    const scalar = fc.oneof(text, reference, fc.integer(), fc.boolean(), fc.constant(null));
    const key = fc.constantFrom("Resource", "a.$", "Next", "States", "x y");
    const value = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, scalar, fc.array(tie("value")), fc.dictionary(key, tie("value"))),
    })).value;
    fc.assert(
      fc.property(fc.dictionary(key, value), (definition) => {
        expect(definitionOf({ DefinitionString: definitionString(definition) })).toEqual(deployed(definition));
      }),
    );
  });
});

function definitionOf({ DefinitionString = null }: JsonObject): Json {
  return JSON.parse(String(deployed(DefinitionString)));
}

function attribute(logicalId: string) {
  return { "Fn::GetAtt": [logicalId, "Arn"] };
}
