/** What the Lambdas of the API ask AWS for, held against the statements that allow it: all of it is allowed, and nothing more. */
import { expect, onTestFinished, test } from "vitest";
import type { Action } from "../../src/actions/action.ts";
import { awsApiPlace } from "../../src/api/aws/api-place.ts";
import { newRunItem } from "../../src/aws/bulk/records/run-record.ts";
import { toItem } from "../../src/aws/state/attribute-values.ts";
import { activityPartition, COUNTS, TALLY } from "../../src/aws/state/keys.ts";
import type { Environment } from "../../src/env.ts";
import { silentLog } from "../../src/log.ts";
import { INTERVALS } from "../../src/state/activity.ts";
import { type Answer, type Call, json, startFakeAws, xml } from "../aws/fake-aws.ts";
import { dig, resources } from "./compiled-stack.ts";
import { listGrants } from "./policies.ts";

const STACK = "demo-prod";
const ACCOUNT = "us-west-2:123456789012";
const MACHINES = `arn:aws:states:${ACCOUNT}:stateMachine:${STACK}-`;
const AT = "2030-01-01T00:00:00.000Z";
const PAYLOAD = "surveys/workflow-mirror/one";
const KEY = { workflow: "mirror", name: "run-1" };

/** References to resources stand for themselves: the table `StateTable` is called that. */
function environmentAt(endpoint: string): Environment {
  return {
    AWS_REGION: "us-west-2",
    AWS_ENDPOINT_URL: endpoint,
    CIRRUS_STACK: STACK,
    CIRRUS_STATE_DB: "StateTable",
    CIRRUS_BULK_TABLE: "BulkTable",
    CIRRUS_LOOP_TABLE: "LoopTable",
    CIRRUS_DATA_BUCKET: "databucket",
    CIRRUS_PAYLOAD_BUCKET: "payloadbucket",
    CIRRUS_BASE_WORKFLOW_ARN: MACHINES,
    CIRRUS_PROCESS_QUEUE_URL: `${endpoint}/1/ProcessQueue`,
    CIRRUS_PROCESS_DEAD_LETTER_QUEUE_URL: `${endpoint}/1/ProcessDeadLetterQueue`,
    CIRRUS_STATUS_CHANGE_QUEUE_URL: `${endpoint}/1/StatusChangeQueue`,
    CIRRUS_STATUS_CHANGE_DEAD_LETTER_QUEUE_URL: `${endpoint}/1/StatusChangeDeadLetterQueue`,
    CIRRUS_WORKFLOW_EVENT_TOPIC_ARN: "WorkflowEventTopic",
    CIRRUS_PUBLISH_TOPIC_ARN: "PublishTopic",
    CIRRUS_ACT_FUNCTION: `${STACK}-act`,
  };
}

type Place = Awaited<ReturnType<typeof awsApiPlace>>["ports"];

/** `action resource` of every call that is made meanwhile. */
async function asked(work: (ports: Place, queues: string) => readonly (() => unknown)[]): Promise<ReadonlySet<string>> {
  const aws = await startFakeAws(answer);
  onTestFinished(aws.close);
  const options = {
    endpoint: aws.endpoint,
    region: "us-west-2",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    attempts: 1,
  };
  const { ports } = await awsApiPlace(silentLog, environmentAt(aws.endpoint), options);
  // What comes of the calls is nothing here.
  for (const call of work(ports, aws.endpoint)) await Promise.resolve(call()).catch(() => undefined);
  return new Set(aws.calls.flatMap(rightsOf));
}

const RUN = newRunItem(
  // As much of it as a reader needs.
  { name: "run", digest: "d", entries: 1, source: {}, limits: {}, policy: {}, pool: {}, task: {} } as never,
  "e1",
  AT,
);

const ROW = toItem({ pk: "p", sk: "run", id: "run", name: "run" });
const COUNT = toItem({
  pk: "counts",
  sk: "mirror/FAILED/surveys",
  workflow: "mirror",
  state: "FAILED",
  collections: "surveys",
  count: 1,
});

const MACHINE = `<member><ResourceType>AWS::StepFunctions::StateMachine</ResourceType><PhysicalResourceId>${MACHINES}mirror</PhysicalResourceId></member>`;
const HISTORY = [
  { id: 1, type: "TaskStateEntered", timestamp: 1, stateEnteredEventDetails: { name: "copy" } },
  {
    id: 2,
    previousEventId: 1,
    type: "TaskScheduled",
    timestamp: 1,
    taskScheduledEventDetails: { resourceType: "batch", resource: "submitJob.sync", region: "r", parameters: "{}" },
  },
  {
    id: 3,
    previousEventId: 2,
    type: "TaskSubmitted",
    timestamp: 1,
    taskSubmittedEventDetails: { resourceType: "batch", resource: "submitJob.sync", output: '{"JobId":"j"}' },
  },
];

function answer({ operation, body }: Call): Answer {
  switch (operation) {
    case "ListStackResources":
      return xml(
        `<R><ListStackResourcesResult><StackResourceSummaries>${MACHINE}</StackResourceSummaries></ListStackResourcesResult></R>`,
      );
    case "DescribeExecution":
      return json({ status: "FAILED", startDate: 1, stopDate: 2, input: "{}" });
    case "Query":
      return json({ Items: body.includes('"counts"') ? [COUNT] : body.includes("StateTable") ? [] : [ROW] });
    case "BatchExecuteStatement":
      return json({ Responses: [{}] });
    case "GetExecutionHistory":
      return json({ events: HISTORY });
    case "GetItem":
      return json(body.includes("BulkTable") ? { Item: RUN } : {});
    case "ReceiveMessage":
      return json(
        taken++ === 0 ? { Messages: [{ MessageId: "m", ReceiptHandle: "r", Body: "{}", MD5OfBody: MD5 }] } : {},
      );
    case "SendMessageBatch":
      return json({ Successful: [{ Id: "0", MessageId: "m", MD5OfMessageBody: MD5 }] });
    case "GET":
      return xml("<ListBucketResult></ListBucketResult>");
    default:
      return json({});
  }
}

/** Of `{}`. */
const MD5 = "99914b932bd37a50b983c5e7c90ae93b";

let taken = 0;

/** The actions that AWS names for a call: https://docs.aws.amazon.com/service-authorization */
function rightsOf({ operation, path, headers, body }: Call): readonly string[] {
  const service = /Credential=[^/]+\/\d+\/[\w-]+\/([\w-]+)\//.exec(String(headers.authorization))?.[1];
  switch (service) {
    case "dynamodb":
      return dynamoRights(operation, JSON.parse(body));
    case "s3": {
      const [, bucket = "", key = ""] = /^\/([^/?]+)\/?([^?]*)/.exec(path) ?? [];
      if (key === "") return [`s3:ListBucket arn:aws:s3:::${bucket}`];
      return [`s3:${operation === "PUT" ? "PutObject" : "GetObject"} arn:aws:s3:::${bucket}/${key}`];
    }
    case "states": {
      const { executionArn, stateMachineArn } = JSON.parse(body);
      return [`states:${operation} ${executionArn ?? stateMachineArn}`];
    }
    case "sqs": {
      const name = String(JSON.parse(body).QueueUrl).split("/").at(-1) ?? "";
      const queue = name.startsWith(STACK) ? `arn:aws:sqs:${ACCOUNT}:${name}` : `${name}.Arn`;
      return [`sqs:${operation.replace(/Batch$/, "")} ${queue}`];
    }
    case "logs": {
      const { logGroupName, logStreamName } = JSON.parse(body);
      const group = `arn:aws:logs:${ACCOUNT}:log-group:${logGroupName}`;
      return [`logs:${operation} ${group}:${logStreamName === undefined ? "*" : `log-stream:${logStreamName}`}`];
    }
    case "sns":
      return [`sns:Publish ${new URLSearchParams(body).get("TopicArn")}`];
    case "cloudformation":
      return [`cloudformation:${operation} arn:aws:cloudformation:${ACCOUNT}:stack/${STACK}/id`];
    case "batch":
      return ["batch:DescribeJobs *"];
    case "lambda":
      return [`lambda:InvokeFunction arn:aws:lambda:${ACCOUNT}:function:${/functions\/([^/]+)/.exec(path)?.[1]}`];
    default:
      return [`${service}:${operation}`];
  }
}

interface DynamoInput {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly RequestItems?: object;
  readonly TransactItems?: readonly Readonly<Record<string, { readonly TableName: string }>>[];
  readonly Statements?: readonly { readonly Statement: string }[];
}

function dynamoRights(operation: string, input: DynamoInput): readonly string[] {
  const { TableName, IndexName, RequestItems = {}, TransactItems = [], Statements = [] } = input;
  // A transaction takes the rights of what it is made of.
  if (operation === "TransactWriteItems") {
    return TransactItems.flatMap((one) =>
      Object.entries(one).map(([what, { TableName: name }]) => {
        return `dynamodb:${what === "ConditionCheck" ? "ConditionCheckItem" : `${what}Item`} ${name}.Arn`;
      }),
    );
  }
  if (operation === "BatchExecuteStatement") {
    return Statements.map(({ Statement }) => {
      const [, verb = "", name = ""] = /^(INSERT|UPDATE|DELETE|SELECT)\b.*?"([^"]+)"/s.exec(Statement) ?? [];
      return `dynamodb:PartiQL${verb.charAt(0)}${verb.slice(1).toLowerCase()} ${name}.Arn`;
    });
  }
  const tables = TableName === undefined ? Object.keys(RequestItems) : [TableName];
  return tables.map(
    (name) => `dynamodb:${operation} ${name}.Arn${IndexName === undefined ? "" : `/index/${IndexName}`}`,
  );
}

/** Each action with each of its resources, references as in {@link environmentAt}. */
function allowed(
  role: string,
): readonly { readonly text: string; readonly action: string; readonly pattern: RegExp }[] {
  const known = new Map([
    ["AWS::Partition", "aws"],
    ["AWS::Region", "us-west-2"],
    ["AWS::AccountId", "123456789012"],
    ["AWS::StackName", STACK],
    ["DataBucket", "databucket"],
    ["PayloadBucket", "payloadbucket"],
  ]);
  return listGrants(resources)
    .filter(({ holder, actions }) => holder === role && !actions.includes("logs:PutLogEvents"))
    .flatMap(({ actions, resources: targets }) =>
      targets.flatMap((target) => {
        const resource = target.replaceAll(/\$\{([^}]+)\}/g, (_, name) => known.get(name) ?? name);
        const pattern = new RegExp(`^${resource.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("\\*", ".*")}$`);
        return actions.map((action) => ({ text: `${action} ${resource}`, action, pattern }));
      }),
    );
}

function judge(calls: ReadonlySet<string>, role: string) {
  const grants = allowed(role);
  const fits = (call: string, { action, pattern }: (typeof grants)[number]) => {
    const [asked = "", resource = ""] = call.split(/ (.*)/s);
    return asked === action && pattern.test(resource);
  };
  return {
    refused: [...calls].filter((call) => !grants.some((grant) => fits(call, grant))),
    unused: grants.filter((grant) => ![...calls].some((call) => fits(call, grant))).map(({ text }) => text),
  };
}

const TRY = { id: "1", path: "/copy#1", step: "copy", attempt: 1, startedAt: AT, endedAt: AT } as const;

const looking = ({ functions, ...ports }: Place): readonly (() => unknown)[] => {
  const { state, objects, executions, rejections } = functions;
  const { actions, deadLetters, workflows, queues, logs, bulk, loops } = ports;
  const runs = bulk?.runs;
  return [
    () => state.get([PAYLOAD]),
    () => state.list({ state: "FAILED" }),
    () => state.list({ organisation: "zzebu", idPrefix: "a" }),
    () => state.listUnsettled({ before: AT }),
    () => state.counts(),
    () => state.count({ organisation: "zzebu" }, 10),
    () => state.activity({ interval: "hour", from: AT, to: AT }),
    () => state.history(PAYLOAD),
    () => objects.get("s3://databucket/a/b.png"),
    () => objects.get("s3://payloadbucket/cirrus/a.json"),
    () => Array.fromAsync(objects.list("s3://databucket/a")),
    () => rejections.list({}),
    () => executions.describe(KEY),
    () => executions.history(KEY),
    () => workflows.list(),
    () => workflows.definitionOf(KEY),
    () => queues.depths(),
    () => deadLetters.process.list({}),
    () => {
      taken = 0;
      return deadLetters["status-change"].list({});
    },
    () => logs.tries(KEY),
    () => logs.read({ ...TRY, kind: "lambda", log: `/aws/lambda/${STACK}-copy/request` }),
    () => logs.read({ ...TRY, kind: "batch", log: "reproject/default/1" }),
    () => actions.list({}),
    () => actions.get("a"),
    () => actions.running(),
    () => runs?.list(),
    () => runs?.counts("run"),
    () => runs?.entries({ run: "run" }),
    () => runs?.entry("run", "one"),
    () => runs?.attempts({ run: "run" }),
    () => runs?.workers("run"),
    () => bulk?.logs.read("s3://payloadbucket/cirrus/bulk/run/log.txt"),
    () => loops?.store.loops(),
    () => loops?.store.tasks(),
    () => loops?.store.task("zz/a"),
    () => loops?.store.execution("e"),
    () => loops?.store.executions({ task: "zz/a" } as never),
    () => loops?.store.controls(),
    () => loops?.store.registration(),
  ];
};

test("who looks may do what looking takes, and nothing more", async () => {
  const calls = await asked(looking);
  expect(calls.size).toBeGreaterThan(25);
  expect(judge(calls, "ApiLambdaRole")).toEqual({ refused: [], unused: [] });
});

test("who only looks writes nothing", () => {
  const writes = allowed("ApiLambdaRole").filter(
    ({ action }) => !/:(?:\w*(?:Get|List|Describe|Query)|FilterLog)/.test(action),
  );
  expect([...new Set(writes.map(({ action }) => action))].sort()).toEqual([
    "sqs:ChangeMessageVisibility",
    "sqs:ReceiveMessage",
  ]);
});

const ACTION = { id: "a", at: AT, by: "ada", state: "RUNNING", version: 1 } as unknown as Action;
const FINISH = {
  payloadId: PAYLOAD,
  execution: "e",
  state: "FAILED",
  at: AT,
  outputs: [],
  actor: "a",
  reason: "r",
} as const;
const REQUEST = { id: "r", at: AT, by: "ada" };

const operating = ({ functions, ...ports }: Place): readonly (() => unknown)[] => {
  const { state, objects, executions, intake, announcements } = functions;
  const { actions, deadLetters, bulk, loops, continueAction } = ports;
  const store = loops?.store;
  return [
    () => state.get([PAYLOAD]),
    () => state.list({ state: "FAILED" }),
    () => state.list({ organisation: "zzebu", idPrefix: "a" }),
    () => state.history(PAYLOAD),
    () =>
      state.claim([
        {
          payloadId: PAYLOAD,
          expected: "absent",
          execution: "e",
          attempt: 1,
          inputUrl: "s3://a/b",
          lineage: {} as never,
          message: "m",
          at: AT,
          actor: "a",
          reason: "r",
        },
      ]),
    () => state.finish([{ ...FINISH, expected: 1 }]),
    () => state.effectsDone([{ payloadId: PAYLOAD, expected: 1 }]),
    () => objects.get("s3://databucket/a.json"),
    () => objects.get("s3://payloadbucket/cirrus/a.json"),
    () => objects.put("s3://payloadbucket/cirrus/a.json", "{}"),
    () => Array.fromAsync(objects.list("s3://databucket/a")),
    () => Array.fromAsync(objects.list("s3://payloadbucket/a")),
    () => executions.describe(KEY),
    () => executions.history(KEY),
    () => executions.stop(KEY, { error: "e", cause: "c" }),
    () => executions.redrive(KEY),
    () => intake.send([{ id: "1", body: "{}" }]),
    () => announcements.publish([{ topic: "workflow-event", id: "1", body: "{}", attributes: {} }]),
    () => announcements.publish([{ topic: "publish", id: "1", body: "{}", attributes: {} }]),
    () => {
      taken = 0;
      return deadLetters.process.redrive(["m"]);
    },
    () => {
      taken = 0;
      return deadLetters["status-change"].redrive(["m"]);
    },
    () => {
      taken = 0;
      return deadLetters.process.list({});
    },
    () => {
      taken = 0;
      return deadLetters["status-change"].list({});
    },
    () => actions.begin(ACTION),
    () => actions.update({ ...ACTION, state: "DONE" }),
    () => actions.update(ACTION),
    () => actions.running(),
    () => continueAction("a"),
    () => bulk?.runs.list(),
    () => bulk?.runs.setState("run", ["OPEN"], "STOPPED", "why"),
    () => bulk?.runs.requeue("run", ["FAILED"]),
    () => bulk?.runs.purge("run", "why"),
    () => store?.registration(),
    () => store?.tasks(),
    () => store?.execution("e"),
    () => store?.pause({ kind: "task", task: "zz/a" }, REQUEST),
    () => store?.resume({ kind: "task", task: "zz/a" }),
    () => store?.runNow("zz/a", REQUEST),
    () => store?.cancel("e", REQUEST),
    () => store?.pin("zz/a", "0".repeat(40), REQUEST),
    () => store?.unpin("zz/a"),
  ];
};

test("who operates may do what that takes, and nothing more", async () => {
  const calls = await asked(operating);
  expect(calls.size).toBeGreaterThan(25);
  // Entries that are tried again would have to be found first.
  const sent = `sqs:SendMessage arn:aws:sqs:${ACCOUNT}:${STACK}-bulk-*`;
  expect(judge(calls, "ActLambdaRole")).toEqual({ refused: [], unused: [sent] });
  // And who only looks may not.
  expect(judge(calls, "ApiLambdaRole").refused).toContain("dynamodb:PutItem StateTable.Arn");
});

test("the tally may write the partitions that it writes, and no payload's", () => {
  const conditions = listGrants(resources)
    .filter(({ holder, actions }) => holder === "TallyLambdaRole" && actions.includes("dynamodb:UpdateItem"))
    .map(({ condition }) => dig(condition, "ForAllValues:StringEquals", "dynamodb:LeadingKeys"));
  expect(conditions).toEqual([[COUNTS, TALLY, ...INTERVALS.map(activityPartition)]]);
});
