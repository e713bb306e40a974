/** A deployed stack as its outputs describe it, and every reason why there is none to use. */
import { afterEach, expect, test } from "vitest";
import { describeDeployment } from "../../src/aws/deployment.ts";
import { explainFailure } from "../../src/aws/failures.ts";
import { EXIT } from "../../src/errors.ts";
import { type Answer, type FakeAws, queryError, startFakeAws, xml } from "./fake-aws.ts";

const OUTPUTS = {
  CirrusQueueSnsArn: "arn:aws:sns:us-west-2:123456789012:process",
  CirrusProcessQueueUrl: "https://sqs/process",
  CirrusProcessDeadLetterQueueUrl: "https://sqs/process-dead",
  CirrusStatusChangeQueueUrl: "https://sqs/status",
  CirrusStatusChangeDeadLetterQueueUrl: "https://sqs/status-dead",
  CirrusStateTable: "demo-prod-state",
  CirrusBulkTable: "demo-prod-bulk",
  CirrusLoopTable: "demo-prod-loops",
  CirrusDataBucket: "demo-data",
  CirrusPayloadBucket: "demo-payloads",
  CirrusWorkflowEventTopicArn: "arn:aws:sns:us-west-2:123456789012:events",
  CirrusPublishTopicArn: "arn:aws:sns:us-west-2:123456789012:items",
  CirrusStateMachinePrefix: "demo-prod-",
};

let aws: FakeAws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

function stack(status: string, outputs: Readonly<Record<string, string>> = OUTPUTS): Answer {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return xml(`<DescribeStacksResponse><DescribeStacksResult><Stacks><member>
    <StackName>demo-prod</StackName><StackId>arn:aws:cloudformation:us-west-2:123456789012:stack/demo-prod/1</StackId>
    <CreationTime>2026-11-20T10:00:00Z</CreationTime><StackStatus>${status}</StackStatus>
    <StackStatusReason>the reason</StackStatusReason><Outputs>${members.join("")}</Outputs>
  </member></Stacks></DescribeStacksResult></DescribeStacksResponse>`);
}

async function describeOver(answer: Answer) {
  aws = await startFakeAws(() => answer);
  return describeDeployment({ cloudformation: aws.clients.cloudformation, stackName: "demo-prod" });
}

test("a deployed stack has everything by name", async () => {
  expect(await describeOver(stack("UPDATE_COMPLETE"))).toMatchObject({
    stackName: "demo-prod",
    region: "us-west-2",
    account: "123456789012",
    status: "UPDATE_COMPLETE",
    processTopicArn: OUTPUTS.CirrusQueueSnsArn,
    stateTable: "demo-prod-state",
    bulkTable: "demo-prod-bulk",
    loopTable: "demo-prod-loops",
    stateMachinePrefix: "demo-prod-",
    baseWorkflowArn: "arn:aws:states:us-west-2:123456789012:stateMachine:demo-prod-",
  });
});

test("a stack that was deployed before there were bulk runs, or loops, can be used without them", async () => {
  const { CirrusBulkTable: _, CirrusLoopTable: __, ...earlier } = OUTPUTS;
  const { bulkTable, loopTable } = await describeOver(stack("UPDATE_COMPLETE", earlier));
  expect([bulkTable, loopTable]).toEqual([undefined, undefined]);
});

test.each(["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"])("a stack that is %s can be used", async (status) => {
  expect((await describeOver(stack(status))).status).toBe(status);
});

test.each(["ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_IN_PROGRESS", "CREATE_IN_PROGRESS"])(
  "a stack that is %s cannot be used, and is told what to do about",
  async (status) => {
    await expect(describeOver(stack(status, {}))).rejects.toMatchObject({
      message: expect.stringMatching(new RegExp(`demo-prod.*${status}.*the reason`)),
      hint: expect.any(String),
      exitCode: EXIT.conflict,
    });
  },
);

test("a stack that is not there is not found", async () => {
  const answer = queryError(400, "ValidationError", "Stack with id demo-prod does not exist");
  await expect(describeOver(answer)).rejects.toMatchObject({
    message: expect.stringContaining("demo-prod"),
    hint: expect.stringContaining("--stage"),
    exitCode: EXIT.notFound,
  });
});

test("a stack of something else lacks the outputs, each by name", async () => {
  const { CirrusStateTable: _table, ...others } = OUTPUTS;
  await expect(describeOver(stack("CREATE_COMPLETE", others))).rejects.toMatchObject({
    message: expect.stringContaining("CirrusStateTable"),
    exitCode: EXIT.config,
  });
});

test("expired credentials say how to sign in again, with the profile in use", async () => {
  const expired = Object.assign(new Error("The SSO session associated with this profile has expired."), {
    name: "CredentialsProviderError",
  });
  expect(explainFailure(expired, { service: "STS", operation: "GetCallerIdentity", profile: "prod" })).toMatchObject({
    hint: "Sign in again: aws sso login --profile prod",
    exitCode: EXIT.credentials,
  });
  await expect(describeOver(queryError(403, "ExpiredToken"))).rejects.toMatchObject({
    message: expect.stringContaining("CloudFormation DescribeStacks"),
    exitCode: EXIT.credentials,
  });
});
