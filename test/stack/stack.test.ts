// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written as CloudFormation writes them
import { expect, test } from "vitest";
import { referencesOf } from "../../src/compile/template-references.ts";
import { isJsonObject } from "../../src/json.ts";
import { awaitSchema } from "../../src/payload/await.ts";
import { payloadUrls } from "../../src/payload/object-urls.ts";
import { dig, functions, ofType, outputs, project, resources } from "./compiled-stack.ts";
import { render } from "./policies.ts";

const DEAD_LETTERS_SECONDS = 14 * 24 * 3600;

/** The queues that a function reads in batches, and that function. */
const consumers = [...functions].flatMap(([name, { events, timeout }]) =>
  [events ?? []].flat().flatMap((event) => {
    const sqs = isJsonObject(event) ? event.sqs : undefined;
    if (!isJsonObject(sqs)) return [];
    const [queue] = [dig(sqs.arn, "Fn::GetAtt")].flat().map(String);
    return [{ name, timeout: Number(timeout), window: Number(sqs.maximumBatchingWindow), queue: String(queue), sqs }];
  }),
);

test("the CLI finds every place of the deployment in the stack's outputs", () => {
  expect([...outputs.keys()]).toEqual(
    expect.arrayContaining([
      "CirrusQueueSnsArn",
      "CirrusProcessQueueUrl",
      "CirrusProcessDeadLetterQueueUrl",
      "CirrusStatusChangeQueueUrl",
      "CirrusStatusChangeDeadLetterQueueUrl",
      "CirrusStateTable",
      "CirrusBulkTable",
      "CirrusLoopTable",
      "CirrusDataBucket",
      "CirrusPayloadBucket",
      "CirrusWorkflowEventTopicArn",
      "CirrusPublishTopicArn",
      "CirrusStateMachinePrefix",
    ]),
  );
});

test("a message is hidden for six times as long as its function may take, and the window in which a batch gathers", () => {
  expect(consumers.map(({ queue }) => queue).sort()).toEqual(["ProcessQueue", "StatusChangeQueue"]);
  for (const { queue, timeout, window } of consumers) {
    const visible = dig(resources.get(queue), "Properties", "VisibilityTimeout");
    expect(visible, queue).toBeGreaterThanOrEqual(6 * timeout + window);
  }
});

test("a batch is answered message by message, and concurrency is limited where messages are not lost to it", () => {
  for (const { sqs } of consumers) {
    expect(sqs).toMatchObject({ functionResponseType: "ReportBatchItemFailures", maximumConcurrency: 16 });
  }
  expect([...functions.values()].filter(({ reservedConcurrency }) => reservedConcurrency !== undefined)).toEqual([]);
});

test("every queue is encrypted and has dead letters, or is some, kept as long as SQS keeps anything", () => {
  for (const [name, { Properties }] of ofType("AWS::SQS::Queue")) {
    expect(dig(Properties, "SqsManagedSseEnabled"), name).toBe(true);
    if (name.endsWith("DeadLetterQueue")) {
      expect(dig(Properties, "MessageRetentionPeriod"), name).toBe(DEAD_LETTERS_SECONDS);
      continue;
    }
    const redrive = dig(Properties, "RedrivePolicy");
    expect(redrive, name).toMatchObject({ maxReceiveCount: 5 });
    expect(resources.has(String(dig(redrive, "deadLetterTargetArn", "Fn::GetAtt", 0))), name).toBe(true);
  }
});

test("every alarm watches something of this stack, and tells the alarm topic", () => {
  const alarms = [...ofType("AWS::CloudWatch::Alarm")];
  expect(alarms.length).toBeGreaterThan(10);
  for (const [id, { Properties }] of alarms) {
    expect(dig(Properties, "AlarmActions"), id).toEqual([{ Ref: "AlarmTopic" }]);
    const watched = render(dig(Properties, "Dimensions", 0, "Value"));
    const [, functionName] = /^\$\{AWS::StackName\}-(.+)$/.exec(watched) ?? [];
    const [, logicalId] = /^\$\{(\w+)/.exec(watched) ?? [];
    if (functionName !== undefined) expect([...functions.keys()], id).toContain(functionName);
    else if (watched !== "${AWS::StackName}") expect([...resources.keys()], id).toContain(logicalId);
  }
});

test("no dead letter goes unnoticed", () => {
  const alarms = [...ofType("AWS::CloudWatch::Alarm").values()];
  const watched = alarms.map(({ Properties }) => String(dig(Properties, "Dimensions", 0, "Value", "Fn::GetAtt", 0)));
  const queues = [...ofType("AWS::SQS::Queue").keys()].filter((name) => name.endsWith("DeadLetterQueue"));
  expect(queues.length).toBeGreaterThan(1);
  expect(watched).toEqual(expect.arrayContaining(queues));
});

test("the dashboards are JSON that CloudWatch can read, and show every alarm", () => {
  const dashboards = [...ofType("AWS::CloudWatch::Dashboard").values()].map(({ Properties }) =>
    JSON.parse(render(dig(Properties, "DashboardBody"))),
  );
  const shown = dashboards.flatMap(({ widgets }) => widgets[0].properties.alarms);
  const alarms = [...ofType("AWS::CloudWatch::Alarm").keys()].map((id) => `\${${id}.Arn}`);
  expect(shown.toSorted()).toEqual(alarms.sort());
  for (const { widgets } of dashboards) {
    const places = widgets.map(({ x, y }: { x: number; y: number }) => `${x},${y}`);
    expect(new Set(places).size).toBe(widgets.length);
  }
});

test("buckets are encrypted, closed to the public, versioned, and outlive the stack", () => {
  const buckets = ofType("AWS::S3::Bucket");
  expect([...buckets.keys()]).toEqual(expect.arrayContaining(["DataBucket", "PayloadBucket"]));
  for (const [name, bucket] of buckets) {
    expect(bucket, name).toMatchObject({
      DeletionPolicy: "RetainExceptOnCreate",
      UpdateReplacePolicy: "Retain",
      Properties: {
        BucketEncryption: { ServerSideEncryptionConfiguration: [{}] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        VersioningConfiguration: { Status: "Enabled" },
      },
    });
  }
});

test("payloads that only travel expire within days, rejections within months, arrivals outlive every wait, and those of executions stay", () => {
  const rules = [dig(resources.get("PayloadBucket"), "Properties", "LifecycleConfiguration", "Rules")].flat();
  const urls = payloadUrls({ bucket: "b", prefix: String(project.config.environment.CIRRUS_PAYLOAD_ROOT_PREFIX) });
  const daysOf = (url: string) =>
    rules
      .filter((rule) => url.startsWith(`s3://b/${dig(rule, "Prefix")}`))
      .map((rule) => dig(rule, "ExpirationInDays"));
  const { url, urlOut, urlError } = urls.batch("id", "uuid");
  expect([urls.oversized("hash"), url, urlOut, urlError].map(daysOf)).toEqual([[21], [21], [21], [21]]);
  expect([urls.rejection("id"), urls.rejectionMark(0, "id")].map(daysOf)).toEqual([[90], [90]]);
  expect([urls.input("id", "e"), urls.output("id", "e")].map(daysOf)).toEqual([[], []]);
  const { request, member } = urls.awaits("id");
  expect([request, member("id")].map(daysOf)).toEqual([[400], [400]]);
  // What arrived is there for as long as anybody may wait for it, and then a while.
  expect(awaitSchema.safeParse({ payloads: ["c/workflow-w/i"], timeout: "370d" }).success).toBe(false);
});

test("Step Functions' events of this stack's workflows reach the queue, and no others", () => {
  const [[id, rule] = []] = [...ofType("AWS::Events::Rule")].filter(([name]) => name === "StatusChangeRule");
  expect(id).toBe("StatusChangeRule");
  const pattern = dig(rule, "Properties", "EventPattern");
  expect(pattern).toMatchObject({
    source: ["aws.states"],
    detail: { status: ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] },
  });
  expect(render(dig(pattern, "detail", "stateMachineArn", 0, "prefix"))).toMatch(
    /:stateMachine:\$\{AWS::StackName\}-$/,
  );
  for (const { stateMachineName } of project.workflows.values()) {
    expect(stateMachineName.startsWith(`${project.config.stackName}-`)).toBe(true);
  }
});

test("Batch can start instances with nothing set: in subnets of the stack, which a route leads out of and nobody into", () => {
  const environments = [...ofType("AWS::Batch::ComputeEnvironment").values()];
  expect(environments.length).toBeGreaterThan(0);
  const routed = [...ofType("AWS::EC2::SubnetRouteTableAssociation").values()].map(({ Properties }) =>
    dig(Properties, "SubnetId", "Ref"),
  );
  for (const { Properties } of environments) {
    const subnets = [dig(Properties, "ComputeResources", "Subnets")].flat().map((subnet) => String(dig(subnet, "Ref")));
    expect(routed).toEqual(expect.arrayContaining(subnets));
    for (const subnet of subnets) {
      expect(resources.get(subnet)).toMatchObject({
        // An environment is deleted before the gateway that its instances' addresses keep.
        DependsOn: "BatchGatewayAttachment",
        Properties: { MapPublicIpOnLaunch: true },
      });
    }
    const group = String(dig(Properties, "ComputeResources", "SecurityGroupIds", 0, "Fn::GetAtt", 0));
    expect(resources.get(group)).toMatchObject({ Type: "AWS::EC2::SecurityGroup" });
    expect(dig(resources.get(group), "Properties", "SecurityGroupIngress")).toBeNull();
  }
});

test("what a function's environment refers to is there, under the name of its revision too", () => {
  const referred = [...functions.values()].flatMap(({ environment = null }) => [...referencesOf(environment)]);
  expect(referred.length).toBeGreaterThan(10);
  expect(referred.filter((id) => !resources.has(id) && !id.startsWith("AWS::"))).toEqual([]);
});

test("whoever asks the API is known, by a token or by IAM, but for the page, which holds nothing of anybody's", () => {
  const routes = [...ofType("AWS::ApiGatewayV2::Route").values()].map(({ Properties }) => ({
    key: dig(Properties, "RouteKey"),
    authorization: dig(Properties, "AuthorizationType"),
    authorizer: dig(Properties, "AuthorizerId", "Fn::If", 1, "Ref"),
  }));
  const known = { authorization: { "Fn::If": ["ApiTakesTokens", "JWT", "AWS_IAM"] }, authorizer: "HttpApiAuthorizer" };
  const page = { authorization: "NONE", authorizer: null };
  expect(Object.fromEntries(routes.map(({ key, ...rest }) => [String(key), rest]))).toEqual({
    "GET /": known,
    "GET /{path+}": known,
    "POST /{path+}": known,
    "GET /dashboard": page,
    "GET /dashboard/{path+}": page,
  });
});
