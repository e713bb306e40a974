/** Executions on Step Functions, as far as the emulator has it. */
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
} from "@aws-sdk/client-cloudformation";
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { inject } from "vitest";
import { makeClients } from "../../../src/aws/clients.ts";
import { makeSfnExecutions } from "../../../src/aws/executions.ts";
import type { JsonObject } from "../../../src/json.ts";
import { describeExecutions, type ExecutionsUnderTest, MACHINES } from "../../contracts/executions.ts";
import { toEmulator } from "../clients.ts";

/** What stands for the suite's two tasks, whose resources no service has. */
const STAND_INS: Readonly<Record<string, JsonObject>> = {
  echo: { StartAt: "echo", States: { echo: { Type: "Pass", End: true } } },
  hang: { StartAt: "hang", States: { hang: { Type: "Wait", Seconds: 86_400, End: true } } },
};

/** What the emulator's Step Functions does otherwise than AWS's. The first is EventBridge's rule of 248 KiB. */
const LACKING = [
  "the status change leaves out what is too large together, and then what is too large alone",
  // Its TimeoutSeconds has no effect.
  "an execution that takes too long is timed out",
  // StartExecution is not idempotent.
  "the same name with the same input is started once while it runs",
  // Inputs of any size and form are taken.
  "what can never start is refused, each for its reason",
  // There is no RedriveExecution.
  "an execution that failed is redriven where it failed: under its name, with what led there kept",
  "only what ended without success is redriven; an execution that was stopped is",
];

const settings = toEmulator(inject("endpoint"));
const cloudFormation = new CloudFormationClient(settings);
const sqs = new SQSClient(settings);

describeExecutions("Step Functions", startMachines, LACKING);

async function startMachines(): Promise<ExecutionsUnderTest> {
  const prefix = `c${crypto.randomUUID().slice(0, 8)}-`;
  const queueUrl = await createStack(`${prefix}stack`, prefix);
  const seen: string[] = [];
  return {
    executions: makeSfnExecutions({
      sfn: makeClients(settings).sfn,
      baseArn: `arn:aws:states:us-west-2:000000000000:stateMachine:${prefix}`,
    }),
    async statusChanges() {
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 3 }),
        );
        if (Messages.length === 0) return seen;
        seen.push(...Messages.map(({ Body = "" }) => Body));
        const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: `${i}`, ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      }
    },
    close: () => undefined,
  };
}

async function createStack(name: string, prefix: string): Promise<string> {
  const machines = Object.entries({ ...MACHINES, ...STAND_INS }).map(([workflow, definition]) => [
    workflow,
    {
      Type: "AWS::StepFunctions::StateMachine",
      Properties: {
        StateMachineName: `${prefix}${workflow}`,
        RoleArn: "arn:aws:iam::000000000000:role/any",
        DefinitionString: JSON.stringify(definition),
      },
    },
  ]);
  const Resources = {
    ...Object.fromEntries(machines),
    queue: { Type: "AWS::SQS::Queue", Properties: {} },
    rule: {
      Type: "AWS::Events::Rule",
      Properties: {
        EventPattern: {
          source: ["aws.states"],
          "detail-type": ["Step Functions Execution Status Change"],
          detail: { stateMachineArn: [{ prefix: `arn:aws:states:us-west-2:000000000000:stateMachine:${prefix}` }] },
        },
        Targets: [{ Id: "queue", Arn: { "Fn::GetAtt": ["queue", "Arn"] } }],
      },
    },
  };
  const Outputs = { queue: { Value: { Ref: "queue" } } };
  await cloudFormation.send(
    new CreateStackCommand({ StackName: name, TemplateBody: JSON.stringify({ Resources, Outputs }) }),
  );
  await waitUntilStackCreateComplete(
    { client: cloudFormation, maxWaitTime: 180, minDelay: 1, maxDelay: 1 },
    { StackName: name },
  );
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
  return Stacks?.[0]?.Outputs?.[0]?.OutputValue ?? "";
}
