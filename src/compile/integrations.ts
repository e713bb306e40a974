/** What a state machine's role needs for each service that a state may call, as narrow as the state's own parameters. */
import { integrationOf } from "../executions/integration.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Project, Workflow } from "../project/project.ts";
import { arn, arnOf, part, sub } from "./intrinsics.ts";
import { jobDefinitionArns } from "./job-definition-arn.ts";
import { allow, type Statement } from "./role.ts";

export interface Caller {
  readonly workflow: Workflow;
  readonly project: Project;
}

/** `unknown` where only the author can say what the state may do. */
export type Needs = readonly Statement[] | "unknown";

/** The state's names are logical IDs already. */
export function stateNeeds(state: JsonObject, caller: Caller): Needs {
  if (state.Type === "Map") return mapNeeds(state, caller);
  if (state.Type !== "Task") return [];
  const { Resource: resource = null } = state;
  const integration = integrationOf(resource);
  if (integration !== undefined) {
    const [action = "", pattern = ""] = integration.split(".");
    return INTEGRATIONS[action]?.(parametersOf(state), pattern, caller) ?? "unknown";
  }
  if (typeof resource !== "string") return [allow(["lambda:InvokeFunction"], resource)];
  const [, , service, , , kind] = resource.split(":");
  if (service === "lambda") return [allow(["lambda:InvokeFunction"], resource)];
  return service === "states" && kind === "activity" ? [] : "unknown";
}

/** `pattern` is `sync`, `waitForTaskToken` or nothing. */
type Integration = (parameters: JsonObject, pattern: string, caller: Caller) => Needs;

const INTEGRATIONS: Readonly<Record<string, Integration | undefined>> = {
  "lambda:invoke": ({ FunctionName }) => named(["lambda:InvokeFunction"], FunctionName),
  "sns:publish": ({ TopicArn }) => named(["sns:Publish"], TopicArn),
  "sqs:sendMessage": ({ QueueUrl }) => named(["sqs:SendMessage"], queueArn(QueueUrl)),
  "dynamodb:getItem": ({ TableName }) => named(["dynamodb:GetItem"], tableArn(TableName)),
  "dynamodb:putItem": ({ TableName }) => named(["dynamodb:PutItem"], tableArn(TableName)),
  "dynamodb:updateItem": ({ TableName }) => named(["dynamodb:UpdateItem"], tableArn(TableName)),
  "dynamodb:deleteItem": ({ TableName }) => named(["dynamodb:DeleteItem"], tableArn(TableName)),
  "batch:submitJob": submitJob,
  "states:startExecution": startExecution,
};

function submitJob({ JobDefinition, JobQueue }: JsonObject, pattern: string, { project }: Caller): Needs {
  const definitions = jobDefinitionArns(JobDefinition, project);
  if (definitions === undefined || JobQueue === undefined || isOpen(JobQueue)) return "unknown";
  const submit = allow(["batch:SubmitJob"], [...definitions, JobQueue]);
  if (pattern !== "sync") return [submit];
  return [
    submit,
    // A job's name is Batch's own, and for describing jobs it knows no resource at all.
    allow(["batch:DescribeJobs"], "*"),
    allow(["batch:TerminateJob"], arn("batch", "job/*")),
    manageRule("StepFunctionsGetEventsForBatchJobsRule"),
  ];
}

function startExecution({ StateMachineArn: machine }: JsonObject, pattern: string): Needs {
  if (machine === undefined || isOpen(machine)) return "unknown";
  const start = allow(["states:StartExecution"], machine);
  if (!pattern.startsWith("sync")) return [start];
  const executions = arn("states", `execution:\${Name}:*`, { Name: part(6, ":", machine) });
  return [
    start,
    allow(["states:DescribeExecution", "states:StopExecution"], executions),
    manageRule("StepFunctionsGetEventsForStepFunctionsExecutionRule"),
  ];
}

/** Step Functions waits for what a service ends by a rule that it keeps under a name of its own. */
function manageRule(rule: string): Statement {
  return allow(["events:DescribeRule", "events:PutRule", "events:PutTargets"], arn("events", `rule/${rule}`));
}

/** A distributed Map runs its items as executions of the same state machine. */
function mapNeeds({ ItemProcessor: processor, ItemReader: reader, ResultWriter: writer }: JsonObject, caller: Caller) {
  const config = isJsonObject(processor) ? processor.ProcessorConfig : undefined;
  if (!isJsonObject(config) || config.Mode !== "DISTRIBUTED") return [];
  const { stateMachineName: name } = caller.workflow;
  const reads = bucketNeeds(reader, ["s3:GetObject"], ["s3:ListBucket"]);
  const writes = bucketNeeds(writer, WRITES, []);
  if (reads === "unknown" || writes === "unknown") return "unknown";
  const children = ["states:DescribeExecution", "states:RedriveExecution", "states:StopExecution"];
  return [
    allow(["states:StartExecution"], arn("states", `stateMachine:${name}`)),
    allow(children, arn("states", `execution:${name}/*`)),
    ...reads,
    ...writes,
  ];
}

const WRITES = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"];

function bucketNeeds(state: Json | undefined, onObjects: readonly string[], onBucket: readonly string[]): Needs {
  if (!isJsonObject(state)) return [];
  const { Bucket } = parametersOf(state);
  if (Bucket === undefined || isOpen(Bucket)) return "unknown";
  const bucket = `arn:\${AWS::Partition}:s3:::\${Bucket}`;
  const needs = [allow(onObjects, sub(`${bucket}/*`, { Bucket }))];
  return onBucket.length === 0 ? needs : [...needs, allow(onBucket, sub(bucket, { Bucket }))];
}

/** `Parameters` of JSONPath, `Arguments` of JSONata. */
function parametersOf(state: JsonObject): JsonObject {
  const parameters = state.Parameters ?? state.Arguments;
  return isJsonObject(parameters) ? parameters : {};
}

function named(actions: readonly string[], resource: Json | undefined): Needs {
  return resource === undefined || isOpen(resource) ? "unknown" : [allow(actions, resource)];
}

/** What is known only when the state runs: an expression of JSONata. */
function isOpen(value: Json): boolean {
  return typeof value === "string" && value.startsWith("{%");
}

/** A queue of the stack, or the URL of another one. */
function queueArn(url: Json | undefined): Json | undefined {
  if (isJsonObject(url) && typeof url.Ref === "string") return arnOf(url.Ref);
  const [, region, account, name] = /^https:\/\/sqs\.([\w-]+)\.[^/]+\/(\d+)\/([^/]+)$/.exec(String(url)) ?? [];
  return name === undefined ? undefined : sub(`arn:\${AWS::Partition}:sqs:${region}:${account}:${name}`);
}

/** A table of the stack, or the name or ARN of another one. */
function tableArn(name: Json | undefined): Json | undefined {
  if (isJsonObject(name) && typeof name.Ref === "string") return arnOf(name.Ref);
  if (typeof name !== "string" || isOpen(name)) return undefined;
  return name.startsWith("arn:") ? name : arn("dynamodb", `table/${name}`);
}
