// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts hold CloudFormation's own variables
import { describe, expect, test } from "vitest";
import { yaml } from "../project/project-folder.ts";
import { compileFiles, lambdaTask } from "./compile-project.ts";

const QUEUE = { "cloudformation/queue.yml": "Resources:\n  Work:\n    Type: AWS::SQS::Queue\n" };
const LOG = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/demo-dev-publish:*";

describe("a component with a Lambda", () => {
  test("becomes a function that is called after its stack and its folder", () => {
    const compiled = compileFiles(lambdaTask("publish", "memorySize: 256\ntimeout: 60\n", "description: Publishes\n"));
    expect(compiled.problems).toEqual([]);
    expect(compiled.functions).toEqual({
      publish: {
        name: "demo-dev-publish",
        description: "Publishes",
        handler: "tasks/publish/handler.handler",
        memorySize: 256,
        timeout: 60,
        environment: {},
        logRetentionInDays: 30,
        role: { "Fn::GetAtt": ["PublishLambdaRole", "Arn"] },
      },
    });
  });

  test("that is a feeder may invoke itself, as often as it takes", () => {
    const files = lambdaTask("scenes");
    const feeder = Object.fromEntries(
      Object.entries(files).map(([file, text]) => [file.replace("tasks/", "feeders/"), text]),
    );
    const compiled = compileFiles(feeder);
    expect(compiled.function("scenes").recursiveLoop).toBe("Allow");
    expect(compiled.statements("ScenesLambdaRole")).toContainEqual({
      Effect: "Allow",
      Action: ["lambda:InvokeFunction"],
      Resource: { "Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:demo-dev-scenes" },
    });
    expect(compileFiles(files).function("scenes")).not.toHaveProperty("recursiveLoop");
  });

  test("has the project's environment, then its own, then its Lambda's", () => {
    const compiled = compileFiles({
      "cirrus.yml": "service: demo\nprovider:\n  environment: {A: project, B: project, C: project, N: 1}\n",
      ...lambdaTask(
        "publish",
        "environment: {C: lambda, D: !GetAtt publish.Arn}\n",
        "environment: {B: task, C: task}\n",
      ),
    });
    expect(compiled.function("publish").environment).toEqual({
      A: "project",
      B: "task",
      C: "lambda",
      D: { "Fn::GetAtt": ["PublishLambdaFunction", "Arn"] },
      N: "1",
    });
  });

  test("gets a list that is known as the text that it joins to, also an empty one", () => {
    const list = (urls: string) =>
      compileFiles({
        "cirrus.yml": `service: demo\ncirrus: {payloadUrls: ${urls}}\n`,
        ...QUEUE,
        ...lambdaTask(
          "publish",
          'environment:\n  KNOWN: !Join [",", "${self:cirrus.payloadUrls}"]\n  OPEN: !Join [",", [a, !Ref Work]]\n',
        ),
      }).function("publish").environment;
    const OPEN = { "Fn::Join": [",", ["a", { Ref: "Work" }]] };
    expect(list("[]")).toEqual({ KNOWN: "", OPEN });
    expect(list('["s3://scenes", "s3://archive/landsat"]')).toEqual({
      KNOWN: "s3://scenes,s3://archive/landsat",
      OPEN,
    });
  });

  test("keeps the Serverless Framework's own settings as they are written, with references as logical IDs", () => {
    const settings = yaml`
      architecture: arm64
      ephemeralStorageSize: 1024
      layers: [!Ref Work]
      reservedConcurrency: 3
      events:
        - schedule: rate(5 minutes)
        - sqs: {arn: !GetAtt Work.Arn, batchSize: 25, functionResponseType: ReportBatchItemFailures}
    `;
    const compiled = compileFiles({ ...QUEUE, ...lambdaTask("publish", settings) });
    expect(compiled.function("publish")).toMatchObject({
      architecture: "arm64",
      ephemeralStorageSize: 1024,
      layers: [{ Ref: "Work" }],
      reservedConcurrency: 3,
      events: [
        { schedule: "rate(5 minutes)" },
        {
          sqs: {
            arn: { "Fn::GetAtt": ["Work", "Arn"] },
            batchSize: 25,
            functionResponseType: "ReportBatchItemFailures",
          },
        },
      ],
    });
  });

  test("is left out where the component or its Lambda is disabled", () => {
    const compiled = compileFiles({
      ...lambdaTask("one", "enabled: false\n"),
      ...lambdaTask("two", "{}", "enabled: false\n"),
      ...lambdaTask("three"),
    });
    expect(Object.keys(compiled.functions)).toEqual(["three"]);
    expect(Object.keys(compiled.resources.Resources ?? {})).toEqual(["ThreeLambdaRole"]);
  });

  test("may run from an image", () => {
    const image = "image: 123456789012.dkr.ecr.us-west-2.amazonaws.com/publish:1\n";
    const compiled = compileFiles({ "tasks/publish/definition.yml": `lambda:\n  ${image}` });
    expect(compiled.function("publish")).toMatchObject({ image: image.slice("image: ".length, -1) });
    expect(compiled.function("publish")).not.toHaveProperty("handler");
  });

  test("cannot set what Lambda sets itself, nor more variables than Lambda keeps", () => {
    const compiled = compileFiles({
      ...lambdaTask("one", "environment:\n  AWS_REGION: here\n"),
      ...lambdaTask("two", `environment:\n  LONG: ${"x".repeat(4093)}\n`),
    });
    expect(compiled.problems).toEqual([
      "tasks/one/definition.yml:3:17 reserved-variable: AWS_REGION in the environment of the task one is set by Lambda itself [Remove it.]",
      "tasks/two/definition.yml:3:5 environment-too-large: The environment of the task two has 4097 bytes, 1 more than Lambda allows [Keep long values in a file or in Parameter Store.]",
    ]);
  });
});

describe("the role of a function", () => {
  test("may write the function's own log, and nothing that its definition does not say", () => {
    const settings = yaml`
      iamRoleStatements:
        - Effect: Allow
          Action: sqs:SendMessage
          Resource: !GetAtt Work.Arn
    `;
    const compiled = compileFiles({ ...QUEUE, ...lambdaTask("publish", settings) });
    expect(compiled.statements("PublishLambdaRole")).toEqual([
      { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: { "Fn::Sub": LOG } },
      { Effect: "Allow", Action: "sqs:SendMessage", Resource: { "Fn::GetAtt": ["Work", "Arn"] } },
    ]);
  });

  test("may take messages from the queues and read the streams that its events name", () => {
    const settings = yaml`
      events:
        - sqs: !GetAtt Work.Arn
        - stream:
            type: dynamodb
            arn: arn:aws:dynamodb:us-west-2:123456789012:table/t/stream/s
            destinations: {onFailure: {type: sqs, arn: !GetAtt Work.Arn}}
        - stream: arn:aws:kinesis:us-west-2:123456789012:stream/s
        - schedule: rate(1 hour)
    `;
    const compiled = compileFiles({ ...QUEUE, ...lambdaTask("publish", settings) });
    const work = { "Fn::GetAtt": ["Work", "Arn"] };
    expect(compiled.statements("PublishLambdaRole").slice(1)).toEqual([
      allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], work),
      allow(
        ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        "arn:aws:dynamodb:us-west-2:123456789012:table/t/stream/s",
      ),
      allow(["sqs:SendMessage"], work),
      allow(
        ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"],
        "arn:aws:kinesis:us-west-2:123456789012:stream/s",
      ),
    ]);
  });

  test("may send to the dead letters and destinations that its settings name, decrypt and reach its files", () => {
    const settings = yaml`
      onError: arn:aws:sqs:us-west-2:123456789012:dead
      destinations: {onSuccess: other, onFailure: {type: sns, arn: !Ref Work}}
      kmsKeyArn: arn:aws:kms:us-west-2:123456789012:key/1
      fileSystemConfig: {arn: "arn:aws:elasticfilesystem:us-west-2:123456789012:access-point/1", localMountPath: /mnt/x}
    `;
    const compiled = compileFiles({ ...QUEUE, ...lambdaTask("other"), ...lambdaTask("publish", settings) });
    expect(compiled.problems).toEqual([]);
    expect(compiled.statements("PublishLambdaRole").slice(1)).toEqual([
      allow(["sqs:SendMessage"], "arn:aws:sqs:us-west-2:123456789012:dead"),
      allow(["lambda:InvokeFunction"], { "Fn::GetAtt": ["OtherLambdaFunction", "Arn"] }),
      allow(["sns:Publish"], { Ref: "Work" }),
      allow(["kms:Decrypt"], "arn:aws:kms:us-west-2:123456789012:key/1"),
      allow(
        ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        "arn:aws:elasticfilesystem:us-west-2:123456789012:access-point/1",
      ),
    ]);
  });

  test("may write traces and join a network only where the function does", () => {
    const plain = compileFiles(lambdaTask("publish"));
    const both = compileFiles({
      "cirrus.yml": "service: demo\nprovider:\n  tracing: {lambda: true}\n",
      ...lambdaTask("publish", "vpc: {securityGroupIds: [sg-1], subnetIds: [subnet-1]}\n"),
    });
    const actions = (compiled: typeof plain) =>
      compiled.statements("PublishLambdaRole").flatMap(({ Action }) => Action ?? []);
    expect(actions(plain)).toEqual(["logs:CreateLogStream", "logs:PutLogEvents"]);
    expect(actions(both)).toContain("xray:PutTraceSegments");
    expect(actions(both)).toContain("ec2:CreateNetworkInterface");
  });

  test("has the boundary, path and tags of all roles, and the project's statements where it inherits them", () => {
    const config = yaml`
      service: demo
      provider:
        iam:
          role:
            path: /data/
            permissionsBoundary: arn:aws:iam::123456789012:policy/boundary
            tags: {team: data}
            statements: [{Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::all/*"}]
    `;
    const compiled = compileFiles({
      "cirrus.yml": config,
      ...lambdaTask("one"),
      ...lambdaTask("two", "iamRoleStatementsInherit: true\n"),
    });
    expect(compiled.properties("OneLambdaRole")).toMatchObject({
      Path: "/data/",
      PermissionsBoundary: "arn:aws:iam::123456789012:policy/boundary",
      Tags: [{ Key: "team", Value: "data" }],
    });
    expect(compiled.statements("OneLambdaRole")).toHaveLength(1);
    expect(compiled.statements("TwoLambdaRole")[1]).toEqual({
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::all/*",
    });
  });

  test("is not made where the function has one already; statements beside it are a problem", () => {
    const role = "role: arn:aws:iam::123456789012:role/mine\n";
    const compiled = compileFiles({
      ...lambdaTask("one", role),
      ...lambdaTask("two", `${role}iamRoleStatements: []\n`),
    });
    expect(compiled.function("one").role).toBe("arn:aws:iam::123456789012:role/mine");
    expect(compiled.resources.Resources).toBeUndefined();
    expect(compiled.problems).toEqual([
      "tasks/two/definition.yml:3:22 unused-statements: The task two has a role, so its iamRoleStatements have no effect [Remove one of the two.]",
    ]);
  });
});

function allow(actions: readonly string[], resource: unknown) {
  return { Effect: "Allow", Action: actions, Resource: resource };
}

describe("a Lambda that is the worker of bulk runs", () => {
  const config = "service: demo\nprovider:\n  environment: {CIRRUS_PAYLOAD_BUCKET: payloads}\n";
  const table = { "cloudformation/bulk.yml": "Resources:\n  BulkTable:\n    Type: AWS::DynamoDB::Table\n" };
  const task = lambdaTask("adder", "{}", "bulk: {}\n");

  test("is told of their table, and may take the entries of their queues", () => {
    const compiled = compileFiles({ "cirrus.yml": config, ...table, ...task });
    expect(compiled.problems).toEqual([]);
    expect(compiled.function("adder").environment).toMatchObject({ CIRRUS_BULK_TABLE: { Ref: "BulkTable" } });
    const actions = compiled.statements("AdderLambdaRole").flatMap(({ Action }) => Action);
    expect(actions).toEqual(expect.arrayContaining(["sqs:ReceiveMessage", "dynamodb:UpdateItem", "s3:PutObject"]));
  });

  test("is a Lambda like any other where it has no bulk section, or that is for a command", () => {
    const command = lambdaTask("other", "{}", "bulk:\n  command: [./other.py]\n");
    for (const [name, files] of Object.entries({ plain: lambdaTask("plain"), other: command })) {
      expect(compileFiles({ "cirrus.yml": config, ...table, ...files }).function(name).environment).not.toHaveProperty(
        "CIRRUS_BULK_TABLE",
      );
    }
  });
});
