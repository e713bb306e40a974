import { expect, onTestFinished, test } from "vitest";
import { makeStack } from "../../src/aws/stack.ts";
import { type Answer, type Call, queryError, startFakeAws, xml } from "./fake-aws.ts";

const MISSING = queryError(400, "ValidationError", "Stack with id demo-test does not exist");

async function stackThatAnswers(answer: (call: Call) => Answer) {
  const aws = await startFakeAws(answer);
  onTestFinished(() => aws.close());
  return { stack: makeStack({ client: await aws.clients.cloudformation(), name: "demo-test" }), calls: aws.calls };
}

function event(id: string, status: string, at: string, reason = ""): string {
  return `<member><LogicalResourceId>${id}</LogicalResourceId><ResourceType>AWS::SQS::Queue</ResourceType><ResourceStatus>${status}</ResourceStatus><ResourceStatusReason>${reason}</ResourceStatusReason><Timestamp>${at}</Timestamp></member>`;
}

function events(members: string, next = ""): Answer {
  const token = next && `<NextToken>${next}</NextToken>`;
  return xml(
    `<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents>${members}</StackEvents>${token}</DescribeStackEventsResult></DescribeStackEventsResponse>`,
  );
}

test("a stack that does not exist is undefined, and no error", async () => {
  const { stack } = await stackThatAnswers(() => MISSING);
  expect(await stack.describe()).toBeUndefined();
  expect(await stack.template()).toBeUndefined();
});

test("another error of the same name is not taken for a missing stack", async () => {
  const { stack } = await stackThatAnswers(() => queryError(400, "ValidationError", "Template format error"));
  await expect(stack.describe()).rejects.toThrow("Template format error");
});

test("failures are those since the deployment began, over all pages, the first cause first", async () => {
  const { stack, calls } = await stackThatAnswers(({ body }) =>
    body.includes("NextToken=more")
      ? events(
          event("Cause", "CREATE_FAILED", "2026-01-01T10:00:02Z", "no right") +
            event("Old", "CREATE_FAILED", "2026-01-01T09:00:00Z"),
          "never-asked-for",
        )
      : events(
          event("Fine", "CREATE_COMPLETE", "2026-01-01T10:00:04Z") +
            event("After", "CREATE_FAILED", "2026-01-01T10:00:03Z", "cancelled"),
          "more",
        ),
  );
  const since = Date.parse("2026-01-01T10:00:00Z");
  expect((await stack.failures(since)).map(({ logicalId, reason }) => [logicalId, reason])).toEqual([
    ["Cause", "no right"],
    ["After", "cancelled"],
  ]);
  expect(calls).toHaveLength(2);
});
