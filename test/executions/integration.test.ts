/** Integrations as definitions and templates name them. */
import { expect, test } from "vitest";
import { integrationOf } from "../../src/executions/integration.ts";

test.each([
  ["arn:aws:states:::batch:submitJob.sync", "batch:submitJob.sync"],
  ["arn:aws-us-gov:states:::lambda:invoke", "lambda:invoke"],
  ["arn:aws-cn:states:::aws-sdk:s3:copyObject", "aws-sdk:s3:copyObject"],
  ["arn:#{AWS::Partition}:states:::states:startExecution.sync:2", "states:startExecution.sync:2"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own variable.
  [{ "Fn::Sub": "arn:${AWS::Partition}:states:::sns:publish" }, "sns:publish"],
  [{ "Fn::GetAtt": ["publish", "Arn"] }, undefined],
  ["arn:aws:lambda:us-west-2:123456789012:function:publish", undefined],
  ["arn:aws:states:us-west-2:123456789012:activity:approve", undefined],
  [undefined, undefined],
])("of %j a state calls %s", (resource, integration) => {
  expect(integrationOf(resource)).toBe(integration);
});
