/** A stack as CloudFormation describes it, with the outputs that a stage is found by. */
import { type Answer, xml } from "../aws/fake-aws.ts";

export const STACK_OUTPUTS: Readonly<Record<string, string>> = {
  CirrusQueueSnsArn: "arn:aws:sns:us-west-2:123456789012:demo-prod-process",
  CirrusProcessQueueUrl: "https://sqs.us-west-2.amazonaws.com/123456789012/process",
  CirrusProcessDeadLetterQueueUrl: "https://sqs.us-west-2.amazonaws.com/123456789012/process-dead",
  CirrusStatusChangeQueueUrl: "https://sqs.us-west-2.amazonaws.com/123456789012/status",
  CirrusStatusChangeDeadLetterQueueUrl: "https://sqs.us-west-2.amazonaws.com/123456789012/status-dead",
  CirrusStateTable: "demo-prod-state",
  CirrusDataBucket: "demo-prod-data",
  CirrusPayloadBucket: "demo-prod-payloads",
  CirrusWorkflowEventTopicArn: "arn:aws:sns:us-west-2:123456789012:demo-prod-workflow-event",
  CirrusPublishTopicArn: "arn:aws:sns:us-west-2:123456789012:demo-prod-publish",
  CirrusStateMachinePrefix: "demo-prod-",
};

export function stackAnswer(outputs = STACK_OUTPUTS): Answer {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return xml(`<DescribeStacksResponse><DescribeStacksResult><Stacks><member>
    <StackId>arn:aws:cloudformation:us-west-2:123456789012:stack/demo-prod/1</StackId><StackName>demo-prod</StackName>
    <CreationTime>2030-01-01T00:00:00Z</CreationTime><StackStatus>UPDATE_COMPLETE</StackStatus>
    <Outputs>${members.join("")}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`);
}
