/** What a deployed stack is made of, from its outputs. */
import type { Stack } from "@aws-sdk/client-cloudformation";
import { CirrusError, EXIT } from "../errors.ts";
import type { CloudFormation } from "./services/cloudformation.ts";

export interface Deployment {
  readonly stackName: string;
  readonly region: string;
  readonly account: string;
  /** CloudFormation's word: `UPDATE_COMPLETE`. */
  readonly status: string;
  /** ISO 8601 */
  readonly updated: string | undefined;
  readonly processTopicArn: string;
  readonly processQueueUrl: string;
  readonly processDeadLetterQueueUrl: string;
  readonly statusChangeQueueUrl: string;
  readonly statusChangeDeadLetterQueueUrl: string;
  readonly stateTable: string;
  /** Undefined where the stack was deployed before there were bulk runs. */
  readonly bulkTable: string | undefined;
  /** Undefined where the stack was deployed before there were loops. */
  readonly loopTable: string | undefined;
  readonly dataBucket: string;
  readonly payloadBucket: string;
  readonly workflowEventTopicArn: string;
  readonly publishTopicArn: string;
  /** What stands before the workflow in the names of the state machines. */
  readonly stateMachinePrefix: string;
  /** The same as an ARN. */
  readonly baseWorkflowArn: string;
}

const OUTPUTS = {
  processTopicArn: "CirrusQueueSnsArn",
  processQueueUrl: "CirrusProcessQueueUrl",
  processDeadLetterQueueUrl: "CirrusProcessDeadLetterQueueUrl",
  statusChangeQueueUrl: "CirrusStatusChangeQueueUrl",
  statusChangeDeadLetterQueueUrl: "CirrusStatusChangeDeadLetterQueueUrl",
  stateTable: "CirrusStateTable",
  dataBucket: "CirrusDataBucket",
  payloadBucket: "CirrusPayloadBucket",
  workflowEventTopicArn: "CirrusWorkflowEventTopicArn",
  publishTopicArn: "CirrusPublishTopicArn",
  stateMachinePrefix: "CirrusStateMachinePrefix",
} as const;

const BULK_TABLE = "CirrusBulkTable";
const LOOP_TABLE = "CirrusLoopTable";

type Output = keyof typeof OUTPUTS;

export interface DescribeOptions {
  readonly cloudformation: () => Promise<CloudFormation>;
  readonly stackName: string;
}

export async function describeDeployment({ cloudformation, stackName }: DescribeOptions): Promise<Deployment> {
  const stack = await findStack(await cloudformation(), stackName);
  const [, partition, region, account] = /^arn:([^:]+):cloudformation:([^:]+):([^:]+):/.exec(stack.StackId ?? "") ?? [];
  const status = stack.StackStatus ?? "UNKNOWN";
  refuseUnfinished(stackName, status, stack.StackStatusReason);
  const outputs = readOutputs(stackName, stack);
  const later = (output: string) => stack.Outputs?.find(({ OutputKey }) => OutputKey === output)?.OutputValue;
  return {
    stackName,
    region: region ?? "",
    account: account ?? "",
    status,
    updated: (stack.LastUpdatedTime ?? stack.CreationTime)?.toISOString(),
    ...outputs,
    bulkTable: later(BULK_TABLE),
    loopTable: later(LOOP_TABLE),
    baseWorkflowArn: `arn:${partition}:states:${region}:${account}:stateMachine:${outputs.stateMachinePrefix}`,
  };
}

async function findStack(service: CloudFormation, stackName: string): Promise<Stack> {
  try {
    const { Stacks: [stack] = [] } = await service.describeStacks({ StackName: stackName });
    if (stack) return stack;
  } catch (thrown) {
    // CloudFormation has no error of its own for it.
    const missing = thrown instanceof Error && thrown.name === "ValidationError" && /not exist/.test(thrown.message);
    if (!missing) throw thrown;
  }
  throw new CirrusError(`There is no stack ${stackName} in this account and region.`, {
    hint: "Check --stage, --region and --profile, or deploy it: npx cirrus deploy --stage <stage>",
    exitCode: EXIT.notFound,
  });
}

/** A stack whose first deployment failed has nothing in it; one that is being removed soon has nothing. */
function refuseUnfinished(stackName: string, status: string, reason: string | undefined): void {
  const gone = /^(?:ROLLBACK_|CREATE_FAILED|DELETE_|REVIEW_IN_PROGRESS)/.test(status);
  if (!gone && status !== "CREATE_IN_PROGRESS") return;
  const why = reason === undefined ? "" : `: ${reason}`;
  throw new CirrusError(`The stack ${stackName} cannot be used: it is ${status}${why}.`, {
    hint:
      status === "CREATE_IN_PROGRESS"
        ? "Its first deployment is not finished: try again when it is."
        : "Its first deployment failed or it is being removed: remove it (npx cirrus remove) and deploy it again (npx cirrus deploy).",
    exitCode: EXIT.conflict,
  });
}

function readOutputs(stackName: string, { Outputs = [] }: Stack): Readonly<Record<Output, string>> {
  const values = new Map(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const names = Object.entries(OUTPUTS);
  const missing = names.filter(([, output]) => values.get(output) === undefined).map(([, output]) => output);
  if (missing.length > 0) {
    throw new CirrusError(`The stack ${stackName} lacks the outputs ${missing.join(", ")}.`, {
      hint: "It was deployed by another version or is no stack of Cirrus: deploy it again (npx cirrus deploy).",
      exitCode: EXIT.config,
    });
  }
  // Every member of OUTPUTS has its value now.
  return Object.fromEntries(names.map(([name, output]) => [name, values.get(output)])) as Record<Output, string>;
}
