/** Whose task a state is, by what it calls. */
import { expect, test } from "vitest";
import { taskTarget } from "../../src/executions/task-target.ts";

test.each([
  ["arn:aws:lambda:us-west-2:123456789012:function:demo-mirror:3", {}, { kind: "lambda", functionName: "demo-mirror" }],
  [
    "arn:aws-cn:states:::lambda:invoke",
    { FunctionName: "demo-mirror" },
    { kind: "lambda", functionName: "demo-mirror" },
  ],
  ["arn:aws:states:::lambda:invoke", { FunctionName: "{% $name %}" }, undefined],
  [
    "arn:aws-us-gov:states:::batch:submitJob.sync",
    { JobDefinition: "demo-resample:7", JobName: "resample" },
    { kind: "batch", jobDefinition: "demo-resample", jobName: "resample" },
  ],
  ["arn:aws:states:::sns:publish", {}, undefined],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own variable.
  ["arn:${AWS::Partition}:states:::sns:publish", {}, undefined],
  ["arn:aws:states:us-west-2:123456789012:activity:approve", {}, undefined],
])("%s with %j calls %j", (Resource, Arguments, target) => {
  expect(taskTarget({ Type: "Task", Resource, Arguments })).toEqual(target);
});
