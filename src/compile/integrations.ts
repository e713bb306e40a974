/** What a state machine's role needs for each service that a state may call, as narrow as the state's own parameters. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Project, Workflow } from "../project/project.ts";
import { jobDefinitionArns } from "./job-definition-arn.ts";
import type { Statement } from "./role.ts";

export interface Caller {
  readonly workflow: Workflow;
  readonly project: Project;
}

/** `unknown` where only the author can say what the state may do. */
export function stateStatements(state: JsonObject, caller: Caller): readonly Statement[] | "unknown" {
  if (state.Type === "Map") return mapStatements(state, caller);
  if (state.Type !== "Task") return [];
  const { Resource: resource = null } = state;
  const parameters = parametersOf(state);
  if (typeof resource !== "string") return [allow(["lambda:InvokeFunction"], resource)];
  if (/^arn:[^:]+:lambda:/.test(resource)) return [allow(["lambda:InvokeFunction"], resource)];
  const integration = /^arn:[^:]+:states:[^:]*:[^:]*:(?<service>[\w-]+):(?<action>\w+)(?:\.(?<pattern>.+))?$/.exec(
    resource,
  );
  const { service = "", action = "", pattern = "" } = integration?.groups ?? {};
  if (service === "activity") return [];
  const known = KNOWN[`${service}:${action}`];
  return known === undefined ? "unknown" : known(parameters, pattern, caller);
}

type Integration = (parameters: JsonObject, pattern: string, caller: Caller) => readonly Statement[] | "unknown";

const KNOWN: Readonly<Record<string, Integration | undefined>> = {
  "lambda:invoke": ({ FunctionName }) => named(["lambda:InvokeFunction"], FunctionName),
  "sns:publish": ({ TopicArn }) => named(["sns:Publish"], TopicArn),
  "sqs:sendMessage": ({ QueueUrl }) => named(["sqs:SendMessage"], queueArn(QueueUrl)),
  "batch:submitJob": submitJob,
  "states:startExecution": startExecution,
  "events:putEvents": () => [
    allow(["events:PutEvents"], sub("arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default")),
  ],
  ...Object.fromEntries(
    ["getItem", "putItem", "updateItem", "deleteItem"].map((action): [string, Integration] => [
      `dynamodb:${action}`,
      ({ TableName }) => named([`dynamodb:${capitalise(action)}`], tableArn(TableName)),
    ]),
  ),
};

/** `.sync` is done by rules that Step Functions keeps under names of its own. */
function submitJob(
  { JobDefinition, JobQueue }: JsonObject,
  pattern: string,
  { project }: Caller,
): readonly Statement[] | "unknown" {
  const definitions = jobDefinitionArns(JobDefinition, project);
  if (definitions === undefined || isOpen(JobQueue)) return "unknown";
  const submit = allow(["batch:SubmitJob"], [...definitions, JobQueue ?? null]);
  if (!pattern.startsWith("sync")) return [submit];
  return [
    submit,
    // Jobs have names that Batch gives them; it knows no resource for describing them.
    allow(["batch:DescribeJobs"], "*"),
    allow(["batch:TerminateJob"], sub("arn:${AWS::Partition}:batch:${AWS::Region}:${AWS::AccountId}:job/*")),
    manageRule("StepFunctionsGetEventsForBatchJobsRule"),
  ];
}

function startExecution({ StateMachineArn: machine }: JsonObject, pattern: string): readonly Statement[] | "unknown" {
  if (machine === undefined || isOpen(machine)) return "unknown";
  const start = allow(["states:StartExecution"], machine);
  if (!pattern.startsWith("sync")) return [start];
  const executions = {
    "Fn::Sub": [
      "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${Name}:*",
      { Name: { "Fn::Select": [6, { "Fn::Split": [":", machine] }] } },
    ],
  };
  return [
    start,
    allow(["states:DescribeExecution", "states:StopExecution"], executions),
    manageRule("StepFunctionsGetEventsForStepFunctionsExecutionRule"),
  ];
}

/** A distributed Map runs its items as executions of the same state machine. */
function mapStatements(
  { ItemProcessor: processor, ItemReader: reader, ResultWriter: writer }: JsonObject,
  { workflow }: Caller,
): readonly Statement[] | "unknown" {
  const config = isJsonObject(processor) ? processor.ProcessorConfig : undefined;
  if (!isJsonObject(config) || config.Mode !== "DISTRIBUTED") return [];
  const own = (kind: string, rest: string) =>
    sub(`arn:\${AWS::Partition}:states:\${AWS::Region}:\${AWS::AccountId}:${kind}:${workflow.stateMachineName}${rest}`);
  const objects = [
    ...bucketStatements(reader, ["s3:GetObject"], ["s3:ListBucket"]),
    ...bucketStatements(
      writer,
      ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
      [],
    ),
  ];
  if (objects.includes("unknown")) return "unknown";
  return [
    allow(["states:StartExecution"], own("stateMachine", "")),
    allow(["states:DescribeExecution", "states:RedriveExecution", "states:StopExecution"], own("execution", "/*")),
    ...objects.filter(isJsonObject),
  ];
}

function bucketStatements(
  state: Json | undefined,
  onObjects: readonly string[],
  onBucket: readonly string[],
): (Statement | "unknown")[] {
  if (!isJsonObject(state)) return [];
  const { Bucket: bucket } = parametersOf(state);
  if (bucket === undefined || isOpen(bucket)) return ["unknown"];
  const arn = (rest: string) => ({ "Fn::Sub": [`arn:\${AWS::Partition}:s3:::\${Bucket}${rest}`, { Bucket: bucket }] });
  return [allow(onObjects, arn("/*")), ...(onBucket.length === 0 ? [] : [allow(onBucket, arn(""))])];
}

function manageRule(rule: string): Statement {
  const arn = sub(`arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:rule/${rule}`);
  return allow(["events:DescribeRule", "events:PutRule", "events:PutTargets"], arn);
}

/** `Parameters` of JSONPath or `Arguments` of JSONata. */
function parametersOf(state: JsonObject): JsonObject {
  const parameters = state.Parameters ?? state.Arguments;
  return isJsonObject(parameters) ? parameters : {};
}

function named(actions: readonly string[], resource: Json | undefined): readonly Statement[] | "unknown" {
  return resource === undefined || isOpen(resource) ? "unknown" : [allow(actions, resource)];
}

/** What is known only when the state runs: an expression of JSONata. */
function isOpen(value: Json | undefined): boolean {
  return value === undefined || (typeof value === "string" && value.startsWith("{%"));
}

function queueArn(url: Json | undefined): Json | undefined {
  if (isJsonObject(url) && typeof url.Ref === "string") return { "Fn::GetAtt": [url.Ref, "Arn"] };
  const [, region, account, name] = /^https:\/\/sqs\.([\w-]+)\.[^/]+\/(\d+)\/([^/]+)$/.exec(String(url)) ?? [];
  return name === undefined ? undefined : sub(`arn:\${AWS::Partition}:sqs:${region}:${account}:${name}`);
}

function tableArn(name: Json | undefined): Json | undefined {
  if (isJsonObject(name) && typeof name.Ref === "string") return { "Fn::GetAtt": [name.Ref, "Arn"] };
  if (typeof name !== "string" || isOpen(name)) return undefined;
  return name.startsWith("arn:")
    ? name
    : sub(`arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${name}`);
}

function allow(actions: readonly string[], resource: Json): Statement {
  return { Effect: "Allow", Action: actions, Resource: resource };
}

function sub(text: string): JsonObject {
  return { "Fn::Sub": text };
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
