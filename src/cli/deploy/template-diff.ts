/** What differs between two CloudFormation templates, resource by resource. */
import { parse } from "yaml";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { type Io, paint, type Style } from "../terminal/io.ts";
import { renderTable } from "../terminal/table.ts";

export interface Template {
  readonly Resources: JsonObject;
}

export type ChangeKind = "add" | "change" | "replace" | "remove";

export interface Change {
  readonly change: ChangeKind;
  readonly logicalId: string;
  readonly type: string;
  /** Paths of what differs: `Properties.MemorySize`. */
  readonly properties: readonly string[];
}

export function parseTemplate(text: string): Template {
  // What was deployed by other means may be YAML, of which JSON is a part.
  const value: unknown = parse(text, { logLevel: "silent" });
  const resources = isJsonObject(value) ? value.Resources : undefined;
  return { Resources: isJsonObject(resources) ? resources : {} };
}

/** In the order of logical IDs. */
export function compareTemplates(deployed: Template, built: Template): readonly Change[] {
  const ids = new Set([...Object.keys(deployed.Resources), ...Object.keys(built.Resources)]);
  return [...ids].sort().flatMap((id) => compareResource(id, deployed.Resources[id], built.Resources[id]) ?? []);
}

function compareResource(logicalId: string, before: Json | undefined, after: Json | undefined): Change | undefined {
  const type = typeOf(after ?? before);
  if (before === undefined) return { change: "add", logicalId, type, properties: [] };
  if (after === undefined) return { change: "remove", logicalId, type, properties: [] };
  const properties = differences(before, after, []).filter((path) => !UPLOADED.test(path));
  if (properties.length === 0) return undefined;
  const replaced = properties.includes("Type") || properties.some((path) => forcesReplacement(type, path));
  return { change: replaced ? "replace" : "change", logicalId, type, properties };
}

/** The place of a zip holds the time of its upload; a change of the code shows in the function's version. */
const UPLOADED = /^Properties\.(Code|Content)\.S3Key$/;

/** Properties that cannot be changed in place, by the types that Cirrus uses, as CloudFormation documents them. */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  "AWS::Batch::ComputeEnvironment": ["ComputeEnvironmentName", "Type", "ComputeResources.Type"],
  "AWS::Batch::JobDefinition": ["JobDefinitionName"],
  "AWS::Batch::JobQueue": ["JobQueueName"],
  "AWS::CloudWatch::Alarm": ["AlarmName"],
  "AWS::DynamoDB::Table": ["TableName", "KeySchema"],
  "AWS::EC2::LaunchTemplate": ["LaunchTemplateName"],
  "AWS::Events::Rule": ["Name"],
  "AWS::IAM::InstanceProfile": ["InstanceProfileName", "Path"],
  "AWS::IAM::Role": ["RoleName", "Path"],
  "AWS::Lambda::Function": ["FunctionName", "PackageType"],
  "AWS::Lambda::EventSourceMapping": ["EventSourceArn"],
  "AWS::Lambda::Permission": ["Action", "FunctionName", "Principal", "SourceArn"],
  "AWS::Logs::LogGroup": ["LogGroupName"],
  "AWS::S3::Bucket": ["BucketName"],
  "AWS::SNS::Subscription": ["Endpoint", "Protocol", "TopicArn"],
  "AWS::SNS::Topic": ["TopicName", "FifoTopic"],
  "AWS::SQS::Queue": ["QueueName", "FifoQueue"],
  "AWS::StepFunctions::StateMachine": ["StateMachineName", "StateMachineType"],
};

function forcesReplacement(type: string, path: string): boolean {
  const names = IMMUTABLE[type] ?? [];
  return names.some((name) => path === `Properties.${name}` || path.startsWith(`Properties.${name}.`));
}

function typeOf(resource: Json | undefined): string {
  return isJsonObject(resource) && typeof resource.Type === "string" ? resource.Type : "";
}

/** Paths at which two values differ; lists and texts as a whole. */
function differences(before: Json | undefined, after: Json | undefined, path: readonly string[]): string[] {
  if (isJsonObject(before) && isJsonObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].sort().flatMap((key) => differences(before[key], after[key], [...path, key]));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [path.join(".")];
}

const MARKS: Readonly<Record<ChangeKind, readonly [string, Style]>> = {
  add: ["+ add", "green"],
  change: ["~ change", "yellow"],
  replace: ["! replace", "red"],
  remove: ["- remove", "red"],
};

export function renderChanges(io: Io, changes: readonly Change[]): string {
  const titles = ["change", "resource", "type", "what"].map((title) => paint(io, io.stdout, "bold", title));
  const rows = changes.map(({ change, logicalId, type, properties }) => {
    const [mark, style] = MARKS[change];
    return [paint(io, io.stdout, style, mark), logicalId, type, properties.join("\n")];
  });
  const counts = (["add", "change", "replace", "remove"] as const)
    .map((kind) => `${changes.filter(({ change }) => change === kind).length} to ${kind}`)
    .join(", ");
  const columns = titles.map((title, index) => ({ title, grows: index === 3 }));
  return `${renderTable(columns, rows, io.stdout.isTTY ? io.stdout.columns : undefined)}\n\n${counts}`;
}
