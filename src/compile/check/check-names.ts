/** Names that AWS would refuse when the stack is half made: too long, or with characters that it does not take. */
import { isJsonObject, type Json } from "../../json.ts";
import { makeResolver } from "../../project/local/intrinsics.ts";
import { pseudoParameter } from "../../project/local/local-names.ts";
import type { Config, Declared, Project } from "../../project/project.ts";
import type { Scope } from "../scope.ts";

interface NameRule {
  readonly property: string;
  readonly longest: number;
  /** What it may be made of, and that in words. */
  readonly pattern?: RegExp;
  readonly allowed?: string;
}

const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/;

/** By the resource's type. */
const NAMES: Readonly<Record<string, NameRule | undefined>> = {
  "AWS::Batch::ComputeEnvironment": { property: "ComputeEnvironmentName", longest: 128 },
  "AWS::Batch::JobDefinition": { property: "JobDefinitionName", longest: 128 },
  "AWS::Batch::JobQueue": { property: "JobQueueName", longest: 128 },
  "AWS::CloudWatch::Alarm": { property: "AlarmName", longest: 255 },
  "AWS::CloudWatch::Dashboard": { property: "DashboardName", longest: 255 },
  "AWS::DynamoDB::Table": { property: "TableName", longest: 255 },
  "AWS::EC2::LaunchTemplate": { property: "LaunchTemplateName", longest: 128 },
  "AWS::ECR::Repository": { property: "RepositoryName", longest: 256 },
  "AWS::Events::Rule": { property: "Name", longest: 64 },
  "AWS::IAM::InstanceProfile": { property: "InstanceProfileName", longest: 128 },
  "AWS::IAM::ManagedPolicy": { property: "ManagedPolicyName", longest: 128 },
  "AWS::IAM::Role": { property: "RoleName", longest: 64 },
  "AWS::Lambda::Function": { property: "FunctionName", longest: 64 },
  "AWS::Logs::LogGroup": { property: "LogGroupName", longest: 512 },
  "AWS::S3::Bucket": {
    property: "BucketName",
    longest: 63,
    pattern: BUCKET_NAME,
    allowed: "lower-case letters, digits, hyphens and dots",
  },
  "AWS::SNS::Topic": { property: "TopicName", longest: 256 },
  "AWS::SQS::Queue": { property: "QueueName", longest: 80 },
  "AWS::StepFunctions::StateMachine": { property: "StateMachineName", longest: 80 },
};

const LONGEST_STACK_NAME = 128;

export function checkNames({ config, resources }: Project, scope: Scope): void {
  const { stackName } = config;
  if (stackName.length > LONGEST_STACK_NAME) {
    const message = describeLength("The stack's name", stackName, LONGEST_STACK_NAME);
    scope.refuse(config, ["service"], "name-too-long", message, "Shorten the service or the stage.");
  }
  for (const declared of resources.Resources.values()) {
    const rule = NAMES[String(declared.definition.Type)];
    if (rule !== undefined) checkName(declared, rule, config, scope);
  }
}

function checkName(declared: Declared, rule: NameRule, config: Config, scope: Scope): void {
  const { logicalId, definition, path } = declared;
  const properties = isJsonObject(definition.Properties) ? definition.Properties : {};
  const written = properties[rule.property];
  const name = written === undefined ? undefined : resolveName(written, config);
  if (name === undefined) return;
  const place = [...path, "Properties", rule.property];
  if (name.length > rule.longest) {
    const message = describeLength(`The name of ${logicalId}`, name, rule.longest);
    scope.refuse(declared, place, "name-too-long", message, "Shorten the service, the stage or the name itself.");
  }
  if (rule.pattern !== undefined && !rule.pattern.test(name)) {
    const message = `The name of ${logicalId}, ${name}, may hold ${rule.allowed} only`;
    scope.refuse(declared, place, "bad-name", message, "The service and the stage are part of many names.");
  }
}

function describeLength(what: string, name: string, longest: number): string {
  const over = name.length - longest;
  return `${what}, ${name}, has ${name.length} characters, ${over} more than the ${longest} that AWS allows`;
}

/** As far as the stack's own name, region and account decide it: every account ID has 12 digits. */
function resolveName(written: Json, config: Config): string | undefined {
  let known = true;
  const resolver = makeResolver({
    reference: (name) => {
      const value = pseudoParameter(name, config);
      known &&= value !== undefined;
      return value;
    },
    attribute: () => {
      known = false;
      return undefined;
    },
    fail: () => {
      known = false;
    },
  });
  const name = resolver.resolve(written, []);
  return known && typeof name === "string" ? name : undefined;
}
