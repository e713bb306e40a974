/** The least that a Lambda needs: what its definition grants, its own log, and what its events and settings ask for. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Component, Project } from "../project/project.ts";
import { bulkWorkerStatements, isBulkWorker } from "./bulk-worker.ts";
import { arn, arnOf } from "./intrinsics.ts";
import { lambdaLogGroup, lambdaName } from "./names.ts";
import { allow, makeRole, type Statement } from "./role.ts";
import type { Scope } from "./scope.ts";

export function makeLambdaRole(component: Component, project: Project, scope: Scope): JsonObject {
  const settings = component.lambda?.settings ?? {};
  const provider = project.config.provider;
  const vpc = settings.vpc ?? provider.vpc;
  const logGroup = lambdaLogGroup(project.config.stackName, component.name);
  const statements = [
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], arn("logs", `log-group:${logGroup}:*`)),
    ...(isTraced(settings, provider) ? [TRACE] : []),
    ...(isJsonObject(vpc) && Object.keys(vpc).length > 0 ? [JOIN_VPC] : []),
    // A feeder whose time is over goes on in another run of itself.
    ...(component.kind === "feeder" ? [allow(["lambda:InvokeFunction"], ownArn(component, project))] : []),
    ...eventStatements(settings.events ?? []),
    ...settingStatements(settings),
    ...(isBulkWorker(component, project) ? bulkWorkerStatements(project) : []),
    ...(settings.iamRoleStatementsInherit === true ? listed(inheritedStatements(provider)) : []),
    ...listed(settings.iamRoleStatements ?? []),
  ];
  const rewritten = scope.rewrite(statements, component, ["lambda", "iamRoleStatements"]);
  return makeRole("lambda.amazonaws.com", listed(rewritten), provider);
}

/** As a text: a reference to the function would make it and its role wait for one another. */
function ownArn({ name }: Component, { config }: Project): JsonObject {
  return arn("lambda", `function:${lambdaName(config.stackName, name)}`);
}

/** X-Ray has no resources that a policy could name. */
const TRACE = allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*");

/** Lambda makes and removes the interfaces itself, under names that nobody knows before; EC2 describes only all. */
const JOIN_VPC = allow(
  [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
  ],
  "*",
);

function isTraced({ tracing }: JsonObject, { tracing: all }: JsonObject): boolean {
  const chosen = tracing ?? (isJsonObject(all) ? all.lambda : undefined);
  return chosen === true || chosen === "Active";
}

function eventStatements(events: Json): Statement[] {
  const all = Array.isArray(events) ? events.filter(isJsonObject) : [];
  return all.flatMap(({ sqs, stream }) => [
    ...(sqs === undefined ? [] : [allow(QUEUE_ACTIONS, sourceArn(sqs))]),
    ...(stream === undefined ? [] : streamStatements(stream)),
  ]);
}

const QUEUE_ACTIONS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
const STREAM_ACTIONS = ["DescribeStream", "GetRecords", "GetShardIterator"];

function streamStatements(stream: Json): Statement[] {
  const arn = sourceArn(stream);
  const type = isJsonObject(stream) ? stream.type : undefined;
  const kinesis = type === "kinesis" || (typeof arn === "string" && arn.includes(":kinesis:"));
  const service = kinesis ? "kinesis" : "dynamodb";
  const failures =
    isJsonObject(stream) && isJsonObject(stream.destinations) ? stream.destinations.onFailure : undefined;
  return [
    allow(
      [...STREAM_ACTIONS, ...(kinesis ? ["ListShards"] : [])].map((action) => `${service}:${action}`),
      arn,
    ),
    ...(failures === undefined ? [] : [sendTo(sourceArn(failures), failures)]),
  ];
}

function settingStatements({ onError, kmsKeyArn, destinations, fileSystemConfig }: JsonObject): Statement[] {
  const sent = isJsonObject(destinations) ? [destinations.onSuccess, destinations.onFailure] : [];
  return [
    ...[onError, ...sent].flatMap((target) => (target === undefined ? [] : [sendTo(sourceArn(target), target)])),
    ...(kmsKeyArn === undefined ? [] : [allow(["kms:Decrypt"], kmsKeyArn)]),
    ...(fileSystemConfig === undefined ? [] : [allow(FILE_ACTIONS, sourceArn(fileSystemConfig))]),
  ];
}

const FILE_ACTIONS = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"];

/** Another component's Lambda by its name, or an ARN; where that does not say of what, every verb on that one resource. */
function sendTo(arn: Json, written: Json): Statement {
  if (typeof arn === "string" && !arn.includes(":")) return allow(["lambda:InvokeFunction"], arnOf(arn));
  const kind = isJsonObject(written) && typeof written.type === "string" ? written.type : undefined;
  const service = kind ?? Object.keys(SENDING).find((name) => typeof arn === "string" && arn.includes(`:${name}:`));
  return allow((service === undefined ? undefined : SENDING[service]) ?? Object.values(SENDING).flat(), arn);
}

/** By the type of a destination, which is mostly the service in its ARN. */
const SENDING: Readonly<Record<string, readonly string[]>> = {
  sns: ["sns:Publish"],
  sqs: ["sqs:SendMessage"],
  lambda: ["lambda:InvokeFunction"],
  events: ["events:PutEvents"],
};

/** Events name their source by its ARN, or by a map that holds it. */
function sourceArn(event: Json): Json {
  return isJsonObject(event) && event.arn !== undefined ? event.arn : event;
}

function inheritedStatements({ iam }: JsonObject): Json {
  const role = isJsonObject(iam) ? iam.role : undefined;
  return (isJsonObject(role) ? role.statements : undefined) ?? [];
}

function listed(statements: Json): JsonObject[] {
  return Array.isArray(statements) ? statements.filter(isJsonObject) : [];
}
