/** What Step Functions may answer beside the plain cases. */
import { afterEach, describe, expect, test } from "vitest";
import { makeSfnExecutions } from "../../src/aws/executions.ts";
import { TransientError } from "../../src/errors.ts";
import type { Executions } from "../../src/executions/executions.ts";
import { type Answer, type Call, type FakeAws, json, jsonError, startFakeAws } from "./fake-aws.ts";

const BASE = "arn:aws:states:us-west-2:123456789012:stateMachine:demo-prod-";
const ARN = "arn:aws:states:us-west-2:123456789012:execution:demo-prod-mirror:run-1";
const KEY = { workflow: "mirror", name: "run-1" };

let aws: FakeAws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

async function over(answer: (call: Call, index: number) => Answer | "never"): Promise<Executions> {
  aws = await startFakeAws(answer);
  return makeSfnExecutions({ sfn: aws.clients.sfn, baseArn: BASE });
}

test("a start names the machine, the execution and the input as they are given", async () => {
  const executions = await over(() => json({ executionArn: ARN, startDate: 1_700_000_000 }));
  expect(await executions.start({ ...KEY, input: '{"b": 1}' })).toEqual({ outcome: "started", arn: ARN });
  expect(JSON.parse(aws?.calls[0]?.body ?? "")).toEqual({
    stateMachineArn: `${BASE}mirror`,
    name: "run-1",
    input: '{"b": 1}',
  });
});

test.each([
  ["ExecutionAlreadyExists", { outcome: "exists", arn: ARN }],
  ["StateMachineDoesNotExist", { outcome: "no-such-workflow", message: expect.stringContaining("mirror") }],
  ["StateMachineDeleting", { outcome: "no-such-workflow", message: expect.stringContaining("mirror") }],
  ["InvalidExecutionInput", { outcome: "refused", error: "InvalidExecutionInput", message: "why" }],
  ["InvalidName", { outcome: "refused", error: "InvalidName", message: "why" }],
])("a start that meets %s has that outcome", async (name, outcome) => {
  const executions = await over(() => jsonError(400, name, "why"));
  expect(await executions.start({ ...KEY, input: "{}" })).toEqual(outcome);
  expect(aws?.calls).toHaveLength(1);
});

test.each(["ExecutionLimitExceeded", "ThrottlingException", "KmsThrottlingException"])(
  "a start that meets %s may succeed later",
  async (name) => {
    const executions = await over(() => jsonError(400, name));
    await expect(executions.start({ ...KEY, input: "{}" })).rejects.toThrow(TransientError);
  },
);

test("a throttled start is tried again with the same name and input", async () => {
  const executions = await over((_, index) =>
    index === 0 ? jsonError(400, "ThrottlingException") : json({ executionArn: ARN, startDate: 1 }),
  );
  expect(await executions.start({ ...KEY, input: "{}" })).toMatchObject({ outcome: "started" });
  expect(aws?.calls.map(({ body }) => body)).toEqual([aws?.calls[0]?.body, aws?.calls[0]?.body]);
});

test("what may not be started names the action and the resource", async () => {
  const message = `User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: states:StartExecution on resource: ${BASE}mirror because no identity-based policy allows it`;
  const executions = await over(() => jsonError(400, "AccessDeniedException", message));
  await expect(executions.start({ ...KEY, input: "{}" })).rejects.toMatchObject({
    hint: expect.stringContaining(`states:StartExecution on ${BASE}mirror`),
  });
});

test("an execution that is not there has no description, nothing to stop and no history", async () => {
  const executions = await over(() => jsonError(400, "ExecutionDoesNotExist"));
  expect(await executions.describe(KEY)).toBeUndefined();
  await executions.stop(KEY, { error: "Stopped", cause: "by hand" });
  expect(await executions.history(KEY)).toEqual([]);
  expect(await executions.redrive(KEY)).toEqual({ outcome: "refused", message: expect.stringContaining("run-1") });
});

test("an execution is described with its times and how often it was redriven", async () => {
  const executions = await over(() =>
    json({
      executionArn: ARN,
      status: "FAILED",
      input: "{}",
      error: "Broken",
      cause: "why",
      startDate: 1_700_000_000.5,
      stopDate: 1_700_000_001,
      redriveCount: 2,
    }),
  );
  expect(await executions.describe(KEY)).toEqual({
    ...KEY,
    arn: ARN,
    status: "FAILED",
    input: "{}",
    error: "Broken",
    cause: "why",
    startedAt: "2023-11-14T22:13:20.500Z",
    stoppedAt: "2023-11-14T22:13:21.000Z",
    redriveCount: 2,
  });
});

test("a redrive that Step Functions refuses says why", async () => {
  const executions = await over(() => jsonError(400, "ExecutionNotRedrivable", "it is older than 14 days"));
  expect(await executions.redrive(KEY)).toEqual({ outcome: "refused", message: "it is older than 14 days" });
  await aws?.close();
  const willing = await over(() => json({ redriveDate: 1_700_000_000 }));
  expect(await willing.redrive(KEY)).toEqual({ outcome: "redriven" });
});

describe("the history", () => {
  let id = 0;
  const event = (type: string, previousEventId: number, details: object = {}, member = "stateEnteredEventDetails") => ({
    id: ++id,
    previousEventId,
    type,
    timestamp: 1_700_000_000 + id,
    ...(Object.keys(details).length > 0 && { [member]: details }),
  });
  const exit = (name: string) => [{ name, output: "{}" }, "stateExitedEventDetails"] as const;

  test("is read over its pages, with the values of its texts", async () => {
    id = 0;
    const events = [
      event(
        "ExecutionStarted",
        0,
        { input: '{"a":1}', inputDetails: { truncated: false } },
        "executionStartedEventDetails",
      ),
      event("TaskStateEntered", 1, { name: "a/b", input: '{"a":1}' }),
      event(
        "LambdaFunctionScheduled",
        2,
        { resource: "arn:aws:lambda:x", input: "{}" },
        "lambdaFunctionScheduledEventDetails",
      ),
      event("LambdaFunctionStarted", 3),
      event("LambdaFunctionFailed", 4, { error: "E", cause: "c" }, "lambdaFunctionFailedEventDetails"),
      event(
        "LambdaFunctionScheduled",
        5,
        { resource: "arn:aws:lambda:x", input: "{}" },
        "lambdaFunctionScheduledEventDetails",
      ),
      event("LambdaFunctionSucceeded", 6, { output: "[2]" }, "lambdaFunctionSucceededEventDetails"),
      event("TaskStateExited", 7, ...exit("a/b")),
      event("TaskStateEntered", 8, { name: "a/b", input: "{}" }),
      event("ExecutionSucceeded", 9, { output: "{}" }, "executionSucceededEventDetails"),
    ];
    const executions = await over(({ body }) => {
      const { nextToken } = JSON.parse(body);
      return json(
        nextToken === undefined ? { events: events.slice(0, 4), nextToken: "n" } : { events: events.slice(4) },
      );
    });
    const history = await executions.history(KEY);
    expect(history.map(({ id: number, path }) => [number, path])).toEqual([
      [1, ""],
      ...[2, 3, 4, 5, 6, 7, 8].map((number) => [number, "/a%2Fb#1"]),
      [9, "/a%2Fb#2"],
      [10, ""],
    ]);
    expect(history[0]).toMatchObject({ details: { input: { a: 1 } }, at: "2023-11-14T22:13:21.000Z", previousId: 0 });
    expect(history[0]?.details).not.toHaveProperty("inputDetails");
    expect(history[6]?.details).toEqual({ name: "a/b", attempt: 2, output: [2] });
    expect(await executions.history(KEY, { after: 3, limit: 2 })).toEqual(history.slice(3, 5));
  });

  test("says which branch and which iteration an event is of", async () => {
    id = 0;
    const events = [
      event("ExecutionStarted", 0),
      event("ParallelStateEntered", 1, { name: "both" }),
      event("ParallelStateStarted", 2),
      event("PassStateEntered", 3, { name: "left" }),
      event("MapStateEntered", 3, { name: "each" }),
      event("PassStateExited", 4, ...exit("left")),
      event("MapStateStarted", 5, { length: 2 }, "mapStateStartedEventDetails"),
      event("MapIterationStarted", 7, { name: "each", index: 0 }, "mapIterationStartedEventDetails"),
      event("MapIterationStarted", 7, { name: "each", index: 1 }, "mapIterationStartedEventDetails"),
      event("PassStateEntered", 8, { name: "inner" }),
      event("PassStateEntered", 9, { name: "inner" }),
      event("PassStateExited", 11, ...exit("inner")),
      event("MapIterationSucceeded", 12, { name: "each", index: 1 }, "mapIterationSucceededEventDetails"),
      event("PassStateExited", 10, ...exit("inner")),
      event("MapIterationSucceeded", 14, { name: "each", index: 0 }, "mapIterationSucceededEventDetails"),
      event("MapStateSucceeded", 15),
      event("MapStateExited", 16, ...exit("each")),
      event("ParallelStateSucceeded", 17),
      event("ParallelStateExited", 18, ...exit("both")),
      event("SucceedStateEntered", 19, { name: "done" }),
    ];
    const executions = await over(() => json({ events }));
    const history = await executions.history(KEY);
    expect(history.map(({ type, path }) => `${type} ${path}`)).toEqual([
      "ExecutionStarted ",
      "ParallelStateEntered /both#1",
      "ParallelStateStarted /both#1",
      "PassStateEntered /both#1/0/left#1",
      "MapStateEntered /both#1/1/each#1",
      "PassStateExited /both#1/0/left#1",
      "MapStateStarted /both#1/1/each#1",
      "MapIterationStarted /both#1/1/each#1/0",
      "MapIterationStarted /both#1/1/each#1/1",
      "PassStateEntered /both#1/1/each#1/0/inner#1",
      "PassStateEntered /both#1/1/each#1/1/inner#1",
      "PassStateExited /both#1/1/each#1/1/inner#1",
      "MapIterationSucceeded /both#1/1/each#1/1",
      "PassStateExited /both#1/1/each#1/0/inner#1",
      "MapIterationSucceeded /both#1/1/each#1/0",
      "MapStateSucceeded /both#1/1/each#1",
      "MapStateExited /both#1/1/each#1",
      "ParallelStateSucceeded /both#1",
      "ParallelStateExited /both#1",
      "SucceedStateEntered /done#1",
    ]);
  });
});
