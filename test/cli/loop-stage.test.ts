/** Loops of a deployed stage from the command line: the real SDK against a server that answers as AWS documents it. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { type FakeAws, json, startFakeAws, xml } from "../aws/fake-aws.ts";
import { cirrus } from "./cirrus.ts";
import { temporaryProject } from "./temporary-project.ts";

const OUTPUTS = [
  "CirrusQueueSnsArn",
  "CirrusProcessQueueUrl",
  "CirrusProcessDeadLetterQueueUrl",
  "CirrusStatusChangeQueueUrl",
  "CirrusStatusChangeDeadLetterQueueUrl",
  "CirrusStateTable",
  "CirrusDataBucket",
  "CirrusPayloadBucket",
  "CirrusWorkflowEventTopicArn",
  "CirrusPublishTopicArn",
  "CirrusStateMachinePrefix",
];

const stack = (outputs: readonly string[]) =>
  xml(`<DescribeStacksResponse><DescribeStacksResult><Stacks><member>
    <StackId>arn:aws:cloudformation:us-west-2:123456789012:stack/demo-prod/1</StackId><StackName>demo-prod</StackName>
    <CreationTime>2030-01-01T00:00:00Z</CreationTime><StackStatus>UPDATE_COMPLETE</StackStatus><Outputs>${outputs
      .map((name) => `<member><OutputKey>${name}</OutputKey><OutputValue>of-${name}</OutputValue></member>`)
      .join("")}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`);

let aws: FakeAws;
let outputs: readonly string[];

beforeEach(async () => {
  aws = await startFakeAws(({ operation }) => {
    if (operation === "DescribeStacks") return stack(outputs);
    return json(operation === "Query" ? { Items: [], Count: 0 } : {});
  });
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

const loop = (...args: readonly string[]) =>
  cirrus(["loop", ...args, "--stage", "prod", "--endpoint-url", aws.endpoint], { cwd: temporaryProject() });

describe("on a deployed stage", () => {
  test("loops are looked for in its table, and names that are not there are said with the place", async () => {
    outputs = [...OUTPUTS, "CirrusLoopTable"];
    const listed = await loop("list");
    expect(listed, listed.stderr).toMatchObject({ code: EXIT.ok, stdout: "" });
    expect(listed.stderr).toBe("Nothing is registered for loops in demo-prod (us-west-2).\n");
    const shown = await loop("show", "zzebu/train");
    expect(shown).toMatchObject({ code: EXIT.notFound, stdout: "" });
    expect(shown.stderr).toContain("There is no task zzebu/train in demo-prod (us-west-2).");
    const tables = aws.calls.flatMap(({ body }) => /"TableName":"([^"]*)"/.exec(body)?.[1] ?? []);
    expect(new Set(tables)).toEqual(new Set(["of-CirrusLoopTable"]));
  });

  test("a stack without loops: what to set and to deploy", async () => {
    outputs = OUTPUTS;
    const { code, stderr } = await loop("list");
    expect(code).toBe(EXIT.conflict);
    expect(stderr).toContain("The stack demo-prod has no loops.");
    expect(stderr).toContain("custom.loops.Enabled");
  });
});
