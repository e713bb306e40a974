/** The least that a Lambda needs: what its definition grants, its own log, and what its events and settings ask for. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Component, Project } from "../project/project.ts";
import { arn } from "./intrinsics.ts";
import { lambdaLogGroup } from "./names.ts";
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
    ...eventStatements(settings.events ?? []),
    ...settingStatements(settings),
    ...(settings.iamRoleStatementsInherit === true ? listed(inheritedStatements(provider)) : []),
    ...listed(settings.iamRoleStatements ?? []),
  ];
  const rewritten = scope.rewrite(statements, component, ["lambda", "iamRoleStatements"]);
  return makeRole("lambda.amazonaws.com", listed(rewritten), provider);
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

function settingStatements({ onError, kmsKeyArn }: JsonObject): Statement[] {
  return [
    ...(onError === undefined ? [] : [sendTo(onError, onError)]),
    ...(kmsKeyArn === undefined ? [] : [allow(["kms:Decrypt"], kmsKeyArn)]),
  ];
}

/** A queue or a topic; where the ARN does not say which, both verbs are allowed on that one resource. */
function sendTo(arn: Json, written: Json): Statement {
  const kind = isJsonObject(written) ? written.type : undefined;
  const text = typeof arn === "string" ? arn : "";
  const topic = kind === "sns" || text.includes(":sns:");
  const queue = kind === "sqs" || text.includes(":sqs:");
  return allow([...(queue ? [] : ["sns:Publish"]), ...(topic ? [] : ["sqs:SendMessage"])], arn);
}

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
