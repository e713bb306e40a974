/** The operators' commands on a deployed stage: the real SDK against a server that answers as AWS documents it. */
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { recordKey } from "../../src/aws/state/keys.ts";
import { recordAttributes } from "../../src/aws/state/record-item.ts";
import { EXIT } from "../../src/errors.ts";
import type { PayloadRecord } from "../../src/state/state-store.ts";
import { type Answer, type Call, type FakeAws, json, queryError, startFakeAws, xml } from "../aws/fake-aws.ts";
import { cirrus } from "./cirrus.ts";
import { STACK_OUTPUTS, stackAnswer } from "./deployed-stack.ts";
import { payloadText, temporaryProject } from "./temporary-project.ts";

const ID = "demo/workflow-mirror/scene";
const MACHINE = "arn:aws:states:us-west-2:123456789012:stateMachine:demo-prod-mirror";
const ARN = "arn:aws:states:us-west-2:123456789012:execution:demo-prod-mirror:run-1";
const REQUEST = "5f9c1c1e-1111-4222-8333-444455556666";
/** Seconds since 1970, as the JSON protocols write times. */
const T0 = Date.parse("2030-01-01T00:00:00Z") / 1000;

const RECORD: PayloadRecord = {
  payloadId: ID,
  collections: "demo",
  workflow: "mirror",
  itemids: "scene",
  state: "FAILED",
  version: 3,
  attempt: 1,
  execution: "run-1",
  created: "2030-01-01T00:00:00.000Z",
  updated: "2030-01-01T00:01:00.000Z",
  claimedAt: "2030-01-01T00:00:00.000Z",
  startedAt: "2030-01-01T00:00:00.000Z",
  endedAt: "2030-01-01T00:01:00.000Z",
  lastError: { error: "Down", cause: "the service is down" },
  outputs: [],
  inputUrl: "s3://demo-prod-payloads/cirrus/executions/x/run-1/input.json",
  lineage: { depth: 0, ancestors: [] },
  effectsPending: false,
  messages: ["m-1"],
};

const event = (id: number, type: string, seconds: number, details: object, previousEventId = id - 1) => ({
  id,
  previousEventId,
  type,
  timestamp: T0 + seconds,
  ...details,
});

const JOB = {
  JobId: "job-1",
  Status: "FAILED",
  StatusReason: "Essential container in task exited",
  Attempts: [
    { StartedAt: (T0 + 6) * 1000, StoppedAt: (T0 + 7) * 1000, Container: { LogStreamName: "demo/default/aaa" } },
    { StartedAt: (T0 + 8) * 1000, StoppedAt: (T0 + 9) * 1000, Container: { LogStreamName: "demo/default/bbb" } },
  ],
  Container: { LogStreamName: "demo/default/bbb" },
};

const HISTORY = [
  event(1, "ExecutionStarted", 0, { executionStartedEventDetails: { input: JSON.stringify({ id: ID }) } }),
  event(2, "TaskStateEntered", 0, { stateEnteredEventDetails: { name: "copy", input: "{}" } }, 0),
  event(3, "LambdaFunctionScheduled", 1, {
    lambdaFunctionScheduledEventDetails: {
      resource: "arn:aws:lambda:us-west-2:123456789012:function:demo-prod-copy",
      input: "{}",
    },
  }),
  event(4, "LambdaFunctionStarted", 1, {}),
  event(5, "LambdaFunctionSucceeded", 3, { lambdaFunctionSucceededEventDetails: { output: "{}" } }),
  event(6, "TaskStateExited", 3, { stateExitedEventDetails: { name: "copy", output: "{}" } }),
  event(7, "TaskStateEntered", 4, { stateEnteredEventDetails: { name: "reproject", input: "{}" } }),
  event(8, "TaskScheduled", 5, {
    taskScheduledEventDetails: {
      resourceType: "batch",
      resource: "submitJob.sync",
      region: "us-west-2",
      parameters: "{}",
    },
  }),
  event(9, "TaskSubmitted", 5, {
    taskSubmittedEventDetails: {
      resourceType: "batch",
      resource: "submitJob.sync",
      output: JSON.stringify({ JobId: "job-1" }),
    },
  }),
  event(10, "TaskFailed", 10, {
    taskFailedEventDetails: {
      resourceType: "batch",
      resource: "submitJob.sync",
      error: "States.TaskFailed",
      cause: JSON.stringify(JOB),
    },
  }),
  event(11, "ExecutionFailed", 10, {
    executionFailedEventDetails: { error: "States.TaskFailed", cause: JSON.stringify(JOB) },
  }),
];

const logEvent = (seconds: number, message: string) => ({ timestamp: (T0 + seconds) * 1000, message });

const LAMBDA_LINES = [
  logEvent(1, `START RequestId: ${REQUEST} Version: $LATEST\n`),
  logEvent(2, JSON.stringify({ message: "copy begins", payloadId: ID, requestId: REQUEST })),
  logEvent(3, `END RequestId: ${REQUEST}\n`),
];

const STREAMS: Readonly<Record<string, readonly object[]>> = {
  "demo/default/aaa": [logEvent(6, "first attempt")],
  "demo/default/bbb": [logEvent(8, "second attempt")],
};

/** What this stage answers; a test may answer some calls itself. */
function stage({ operation, body, path }: Call): Answer {
  const request = body.startsWith("{") ? JSON.parse(body) : {};
  switch (operation) {
    case "DescribeStacks":
      return stackAnswer();
    case "BatchGetItem":
      return json({ Responses: { "demo-prod-state": [{ ...recordKey(ID), ...recordAttributes(RECORD).set }] } });
    case "Query":
      return json({
        Items: [{ workflow: { S: "mirror" }, collections: { S: "demo" }, state: { S: "FAILED" }, count: { N: "1" } }],
      });
    case "DescribeExecution":
      return request.executionArn === ARN
        ? json({
            executionArn: ARN,
            stateMachineArn: MACHINE,
            name: "run-1",
            status: "FAILED",
            startDate: T0,
            stopDate: T0 + 10,
            input: JSON.stringify({ id: ID }),
            error: "States.TaskFailed",
            cause: JSON.stringify(JOB),
            redriveCount: 0,
          })
        : { ...json({ __type: "ExecutionDoesNotExist", message: "no" }), status: 400 };
    case "GetExecutionHistory":
      return json({ events: HISTORY });
    case "FilterLogEvents":
      return json({
        events: LAMBDA_LINES.filter(({ message }) => message.includes(JSON.parse(request.filterPattern))),
      });
    case "GetLogEvents":
      return json({ events: request.nextToken ? [] : STREAMS[request.logStreamName], nextForwardToken: "f/1" });
    case "ReceiveMessage":
      return json(request.QueueUrl.endsWith("process-dead") && receives++ === 0 ? { Messages: [DEAD] } : {});
    case "SendMessageBatch":
      return json({ Successful: request.Entries.map(sent) });
    case "DeleteMessageBatch":
    case "ChangeMessageVisibilityBatch":
      return json({ Successful: request.Entries.map(({ Id }: { Id: string }) => ({ Id })) });
    case "GET":
      return path.includes("list-type=2") ? xml("<ListBucketResult></ListBucketResult>") : { status: 404 };
    default:
      throw new Error(`The stage does not know ${operation} ${path}.`);
  }
}

let receives = 0;
const DEAD = {
  MessageId: "dead-1",
  ReceiptHandle: "r-1",
  Body: '{"id": "?"}',
  MD5OfBody: createHash("md5").update('{"id": "?"}').digest("hex"),
  Attributes: { SentTimestamp: String(T0 * 1000), ApproximateReceiveCount: "6" },
};

const sent = ({ Id, MessageBody }: { Id: string; MessageBody: string }) => ({
  Id,
  MessageId: `sqs-${Id}`,
  MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex"),
});

let aws: FakeAws;
let answer: (call: Call) => Answer;
const cwd = () => temporaryProject({ "payload.json": payloadText("mirror", "scene") });

beforeEach(async () => {
  answer = stage;
  receives = 0;
  aws = await startFakeAws((call) => answer(call));
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

function operate(...args: readonly string[]) {
  return cirrus([...args, "--stage", "prod", "--endpoint-url", aws.endpoint], { cwd: cwd() });
}

describe("on a deployed stage", () => {
  test("the state of a payload and the counts come from its table", async () => {
    const counts = await operate("state", "counts", "--json");
    expect(counts, counts.stderr).toMatchObject({ code: EXIT.ok });
    expect(JSON.parse(counts.stdout)).toEqual([{ workflow: "mirror", collections: "demo", state: "FAILED", count: 1 }]);
  });

  test("CIRRUS_STAGE counts as --stage, and --local comes before it", async () => {
    const folder = cwd();
    const env = { CIRRUS_STAGE: "prod", AWS_ENDPOINT_URL: aws.endpoint };
    expect((await cirrus(["state", "counts", "--json"], { cwd: folder, env })).stdout).toContain("mirror");
    const local = await cirrus(["state", "counts", "--json", "--local"], { cwd: folder, env });
    expect(JSON.parse(local.stdout)).toEqual([]);
  });

  test("a payload's execution is found, and its history reads as it does here", async () => {
    const history = await operate("execution", "history", ID);
    const shown = history.stdout.split("\n").map((line) => line.replaceAll(/ +/g, " ").replace(/^20\S+ /, ""));
    expect(shown.map((line) => line.slice(0, 50))).toEqual([
      "at state what result duration error",
      "execution Started",
      "copy Task succeeded 3.0 s",
      "copy try 1 succeeded 2.0 s",
      "reproject Task failed 6.0 s",
      "reproject try 1 failed 5.0 s States.TaskFailed: Ba",
      "execution Failed States.TaskFailed: Batch job job-",
      "",
    ]);
    const byArn = await operate("execution", "get", ARN);
    expect(JSON.parse(byArn.stdout)).toMatchObject({ name: "run-1", status: "FAILED", input: { id: ID } });
  });

  test("the logs of its Lambdas and Batch jobs are found from the history and read as one", async () => {
    const { stdout, stderr } = await operate("logs", ID);
    expect(stdout.trimEnd().split("\n"), stderr).toEqual([
      `2030-01-01T00:00:01.000Z copy | START RequestId: ${REQUEST} Version: $LATEST`,
      `2030-01-01T00:00:02.000Z copy | ${LAMBDA_LINES[1]?.message}`,
      `2030-01-01T00:00:03.000Z copy | END RequestId: ${REQUEST}`,
      "2030-01-01T00:00:06.000Z reproject | first attempt",
      "2030-01-01T00:00:08.000Z reproject (attempt 2) | second attempt",
    ]);
  });

  test("payloads go to its queue", async () => {
    const published = await operate("payload", "publish", "payload.json");
    expect(published, published.stderr).toMatchObject({ code: EXIT.ok, stdout: "sqs-0\n" });
    expect(published.stderr).toContain("cirrus state list --stage prod");
    const call = aws.calls.find(({ operation }) => operation === "SendMessageBatch");
    expect(JSON.parse(call?.body ?? "")).toMatchObject({ QueueUrl: STACK_OUTPUTS.CirrusProcessQueueUrl });
  });

  test("dead letters are listed and sent again", async () => {
    const list = await operate("dlq", "list", "--queue", "process", "-o", "jsonl");
    expect(JSON.parse(list.stdout), list.stderr).toMatchObject({
      kind: "dead",
      queue: "process",
      id: "dead-1",
      raw: '{"id": "?"}',
    });
    receives = 0;
    const redrive = await operate("dlq", "redrive", "dead-1");
    expect(redrive, redrive.stderr).toMatchObject({ code: EXIT.ok });
    expect(redrive.stderr).toContain("1 sent again; demo-prod takes them.");
  });

  test("deployment show says what its functions are told, and nothing that is secret", async () => {
    const { stdout } = await operate("deployment", "show");
    expect(JSON.parse(stdout)).toMatchObject({
      stage: "prod",
      environment: { CIRRUS_STATE_DB: "demo-prod-state", CIRRUS_BASE_WORKFLOW_ARN: MACHINE.replace(/mirror$/, "") },
    });
    expect(stdout).not.toMatch(/SECRET|ACCESS_KEY|TOKEN/);
  });
});

describe("what can be wrong with a stage", () => {
  test("a stage that was never deployed is not found, with the name of its stack", async () => {
    answer = () => queryError(400, "ValidationError", "Stack with id demo-prod does not exist");
    const { code, stdout, stderr } = await operate("state", "list");
    expect({ code, stdout }).toEqual({ code: EXIT.notFound, stdout: "" });
    expect(stderr).toMatch(/There is no stack demo-prod[\s\S]*--region/);
  });

  test.each(["ExpiredToken", "InvalidClientTokenId", "ExpiredTokenException"])(
    "credentials that AWS refuses (%s) are exit code 4, with what to do",
    async (name) => {
      answer = () => queryError(403, name, "The security token included in the request is expired");
      const { code, stderr } = await operate("payload", "list");
      expect(code).toBe(EXIT.credentials);
      expect(stderr).toContain("aws sso login --profile");
    },
  );

  test("no credentials at all are exit code 4, with what to do", async () => {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"]) vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    const { code, stdout, stderr } = await operate("payload", "list");
    expect({ code, stdout }).toEqual({ code: EXIT.credentials, stdout: "" });
    expect(stderr).toContain("There are no AWS credentials");
    expect(stderr).toContain("aws configure");
  });

  test("a stack without the outputs of Cirrus is named as such", async () => {
    answer = () => stackAnswer({ Other: "x" });
    const { code, stderr } = await operate("dlq", "list");
    expect(code).toBe(EXIT.config);
    expect(stderr).toContain("CirrusStateTable");
  });

  test("outside of a project a stage alone is not enough", async () => {
    const { code, stderr } = await cirrus(["state", "list", "--stage", "prod"], { cwd: "/" });
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain("--stack");
  });
});
