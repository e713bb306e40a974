/** The names and ARNs that the parts of a project have on one machine. */
import type { Json } from "../../json.ts";

const ACCOUNT = "000000000000";

/** The part of a configuration that names are made from. */
export interface Stack {
  readonly stackName: string;
  readonly region: string;
}

export function lambdaName(stack: Stack, component: string): string {
  return `${stack.stackName}-${component}`;
}

export function lambdaArn(stack: Stack, component: string): string {
  return `arn:aws:lambda:local:${ACCOUNT}:function:${lambdaName(stack, component)}`;
}

/** What stands before the name in the ARN of a topic that is a resource of the project. */
export const LOCAL_TOPICS = `arn:aws:sns:local:${ACCOUNT}:`;

/** What stands before the workflow in the name of its state machine. */
export const STATE_MACHINE_PREFIX = "cirrus-";

export function stateMachineArn(workflow: string): string {
  return `arn:aws:states:local:${ACCOUNT}:stateMachine:${STATE_MACHINE_PREFIX}${workflow}`;
}

export function jobDefinitionArn(name: string): string {
  return `arn:aws:batch:local:${ACCOUNT}:job-definition/${name}`;
}

export function jobQueueArn(name: string): string {
  return `arn:aws:batch:local:${ACCOUNT}:job-queue/${name}`;
}

/** CloudFormation's pseudo parameters, except `AWS::NoValue`, which stands for no value at all. */
export function pseudoParameter(name: string, stack: Stack): Json | undefined {
  const values: Readonly<Record<string, Json>> = {
    "AWS::AccountId": ACCOUNT,
    "AWS::NotificationARNs": [],
    "AWS::Partition": "aws",
    "AWS::Region": stack.region,
    "AWS::StackId": `arn:aws:cloudformation:local:${ACCOUNT}:stack/${stack.stackName}/local`,
    "AWS::StackName": stack.stackName,
    "AWS::URLSuffix": "amazonaws.com",
  };
  return values[name];
}

/** What `Ref` gives for a resource: the ARN for Batch and SNS, the URL for SQS, otherwise the name. */
export function referenceOf(type: string, name: string): string {
  if (type === "AWS::SQS::Queue") return `https://sqs.local.amazonaws.com/${ACCOUNT}/${name}`;
  return type.startsWith("AWS::Batch::") || type === "AWS::SNS::Topic" ? resourceArn(type, name) : name;
}

/** What `Fn::GetAtt` gives for the attributes that can be known here: ARNs, names, IDs and queue URLs. */
export function attributeOf(type: string, name: string, attribute: string): string | undefined {
  if (attribute.endsWith("Arn")) return resourceArn(type, name);
  // Nothing gives it an ID here.
  if (attribute.endsWith("Name") || attribute.endsWith("Id")) return name;
  return attribute === "QueueUrl" ? referenceOf(type, name) : undefined;
}

function resourceArn(type: string, name: string): string {
  if (type === "AWS::S3::Bucket") return `arn:aws:s3:::${name}`;
  const [, service = "", resource = ""] = type.split("::");
  const plain = ["AWS::SNS::Topic", "AWS::SQS::Queue"].includes(type);
  const kind = plain ? "" : `${resource.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase()}/`;
  return `arn:aws:${service.toLowerCase()}:local:${ACCOUNT}:${kind}${name}`;
}
