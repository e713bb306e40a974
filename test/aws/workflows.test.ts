import { afterEach, expect, test } from "vitest";
import { makeSfnWorkflows } from "../../src/aws/workflows.ts";
import type { Workflows } from "../../src/executions/workflows.ts";
import type { JsonObject } from "../../src/json.ts";
import { type Answer, type Call, type FakeAws, json, jsonError, queryError, startFakeAws, xml } from "./fake-aws.ts";

const STATES = "arn:aws:states:us-west-2:123456789012";
const LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function";

let aws: FakeAws | undefined;
let now = 0;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
  now = 0;
});

async function over(answer: (call: Call) => Answer): Promise<Workflows> {
  aws = await startFakeAws(answer);
  const clock = { now: () => now };
  const { sfn, cloudformation } = aws.clients;
  return makeSfnWorkflows({
    sfn,
    cloudformation,
    stack: "demo-prod",
    baseArn: `${STATES}:stateMachine:demo-prod-`,
    clock,
  });
}

const definition = (Comment: string) => JSON.stringify({ Comment, StartAt: "a", States: {} });
const resource = (type: string, id: string) =>
  `<member><ResourceType>${type}</ResourceType><PhysicalResourceId>${id}</PhysicalResourceId></member>`;
const machine = (name: string) => resource("AWS::StepFunctions::StateMachine", `${STATES}:stateMachine:${name}`);

function listing(resources: readonly string[], next = ""): Answer {
  const result = `<StackResourceSummaries>${resources.join("")}</StackResourceSummaries>${next}`;
  return xml(
    `<ListStackResourcesResponse><ListStackResourcesResult>${result}</ListStackResourcesResult></ListStackResourcesResponse>`,
  );
}

function stack({ operation, body }: Call): Answer {
  if (operation === "ListStackResources") {
    const form = new URLSearchParams(body);
    if (form.get("StackName") !== "demo-prod") return queryError(400, "ValidationError", "no such stack");
    const other = resource("AWS::SQS::Queue", `${STATES}:stateMachine:demo-prod-queue`);
    return form.get("NextToken") === null
      ? listing(["demo-prod-reproject", "demo-prod_loops"].map(machine), "<NextToken>2</NextToken>")
      : listing([other, ...["demo-prod-mirror", "demo-prod-2-copy", "demo-prod-gone"].map(machine)]);
  }
  const asked = JSON.parse(body) as Record<string, string>;
  if (operation === "DescribeStateMachineForExecution") {
    return asked.executionArn?.endsWith("-mirror:none")
      ? jsonError(400, "ExecutionDoesNotExist", "no")
      : json({ definition: definition("as it was"), name: "demo-prod-mirror" });
  }
  const { stateMachineArn = "" } = asked;
  if (stateMachineArn.endsWith("-gone")) return jsonError(400, "StateMachineDoesNotExist", "no");
  return json({ stateMachineArn, definition: definition(stateMachineArn.split("-").at(-1) ?? "") });
}

test("the workflows are the state machines of the stack, and of no other, in the order of their names", async () => {
  const workflows = await over(stack);
  expect(await workflows.list()).toEqual([
    { name: "mirror", description: "mirror", definition: JSON.parse(definition("mirror")) },
    { name: "reproject", description: "reproject", definition: JSON.parse(definition("reproject")) },
  ]);
  expect((await workflows.get("mirror"))?.description).toBe("mirror");
  expect(await workflows.get("gone")).toBeUndefined();
});

test("they are asked for once a minute", async () => {
  const workflows = await over(stack);
  await Promise.all([workflows.list(), workflows.get("mirror")]);
  const calls = aws?.calls.length;
  now = 59_000;
  await workflows.list();
  expect(aws?.calls.length).toBe(calls);
  now = 61_000;
  await workflows.list();
  expect(aws?.calls.length).toBeGreaterThan(calls ?? 0);
});

test("a failure is not remembered", async () => {
  let fails = true;
  const workflows = await over((call) => (fails ? queryError(403, "AccessDenied", "no") : stack(call)));
  await expect(workflows.list()).rejects.toThrow();
  fails = false;
  expect(await workflows.list()).toHaveLength(2);
});

test("the definition of an execution is the one that it runs with, and undefined where nobody remembers it", async () => {
  const workflows = await over(stack);
  const key = { workflow: "mirror", name: "run-1" };
  expect(await workflows.definitionOf(key)).toMatchObject({ Comment: "as it was" });
  await workflows.definitionOf(key);
  expect(aws?.calls).toHaveLength(1);
  expect(await workflows.definitionOf({ ...key, name: "none" })).toBeUndefined();
});

const task = (Resource: string, Parameters?: JsonObject): JsonObject => ({
  Type: "Task",
  Resource,
  ...(Parameters && { Parameters }),
});

test.each([
  ["a Lambda by its ARN", task(`${LAMBDA}:demo-prod-mirror`), { name: "mirror", kind: "lambda" }],
  ["a version of a Lambda", task(`${LAMBDA}:demo-prod-mirror:7`), { name: "mirror", kind: "lambda" }],
  [
    "a Lambda that is invoked",
    task("arn:aws:states:::lambda:invoke", { FunctionName: `${LAMBDA}:demo-prod-mirror:live` }),
    { name: "mirror", kind: "lambda" },
  ],
  [
    "a job by its name",
    task("arn:aws:states:::batch:submitJob.sync", { JobName: "reproject", JobDefinition: "demo-prod-Reproject:3" }),
    { name: "reproject", kind: "batch" },
  ],
  [
    "a job by its definition",
    task("arn:aws:states:::batch:submitJob.sync", {
      "JobName.$": "$.id",
      JobDefinition: "arn:aws:batch:us-west-2:123456789012:job-definition/demo-prod-reproject:3",
    }),
    { name: "reproject", kind: "batch" },
  ],
  [
    "a job in another partition",
    task("arn:aws-cn:states:::batch:submitJob.sync", { JobName: "reproject", JobDefinition: "demo-prod-reproject:3" }),
    { name: "reproject", kind: "batch" },
  ],
  ["nothing of ours", task(`${LAMBDA}:other-prod-mirror`), undefined],
  ["what comes before a job", task(`${LAMBDA}:demo-prod-pre-batch`), undefined],
  ["what is known only when it runs", task("arn:aws:states:::lambda:invoke", { "FunctionName.$": "$.f" }), undefined],
  ["another service", task("arn:aws:states:::sqs:sendMessage", { QueueUrl: "q" }), undefined],
  ["no task", { Type: "Pass" }, undefined],
])("a state runs %s", async (_what, state, expected) => {
  const workflows = await over(stack);
  expect(workflows.taskOf(state)).toEqual(expected);
});
