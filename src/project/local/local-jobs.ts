/** The Batch job definitions and queues of a project as child processes of one machine need them. */
import { z } from "zod";
import type { ExitRule, JobDefinition } from "../../executions/job-definition.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { formatPath } from "../../yaml/json-path.ts";
import { checkDefinition } from "../definitions/check-definition.ts";
import type { Declared, Project } from "../project.ts";
import { mergeEnvironment, regionEnvironment } from "./local-environment.ts";
import { jobDefinitionArn, jobQueueArn } from "./local-names.ts";
import type { LocalScope } from "./local-scope.ts";

export interface LocalQueue {
  readonly name: string;
  /** How many of its jobs run at a time. */
  readonly maxConcurrent: number;
}

/** Jobs are heavy, and the machine is also its owner's. */
const CONCURRENT_JOBS = 2;

/** YAML reads `1234` as a number where Batch wants a text. */
const text = z.union([z.string(), z.number(), z.boolean()], "expected a text or a number").transform(String);
const exitRule = z.object({
  Action: z
    .string()
    .toUpperCase()
    .pipe(z.enum(["RETRY", "EXIT"])),
  OnExitCode: text.optional(),
  OnReason: text.optional(),
  OnStatusReason: text.optional(),
});

/** The members of a job definition that a process needs; the deployment sees the others. */
const propertiesSchema = z.object({
  Type: z.string().toLowerCase().pipe(z.literal("container")).optional(),
  Parameters: z.record(z.string(), text).default({}),
  RetryStrategy: z
    .object({ Attempts: z.int().min(1).max(10).default(1), EvaluateOnExit: z.array(exitRule).optional() })
    .default({ Attempts: 1 }),
  Timeout: z.object({ AttemptDurationSeconds: z.int().min(1).optional() }).optional(),
  ContainerProperties: z.object({
    Command: z.array(text).default([]),
    Environment: z.array(z.object({ Name: z.string(), Value: text })).default([]),
    ResourceRequirements: z.array(z.object({ Type: z.enum(["VCPU", "MEMORY", "GPU"]), Value: text })).default([]),
    Vcpus: z.number().optional(),
    Memory: z.number().optional(),
  }),
});
type Properties = z.output<typeof propertiesSchema>;

/** By name and by ARN. */
export function bindJobDefinitions(
  project: Project,
  scope: LocalScope,
  own: Readonly<Record<string, string>>,
): ReadonlyMap<string, JobDefinition> {
  const jobs = listResources(project, scope, "AWS::Batch::JobDefinition").flatMap(
    (resource) => bindJob(resource, project, scope, own) ?? [],
  );
  return new Map(jobs.flatMap((job) => [job.name, job.arn].map((key) => [key, job] as const)));
}

/** By name and by ARN. */
export function bindJobQueues(project: Project, scope: LocalScope): ReadonlyMap<string, LocalQueue> {
  const maxConcurrent = project.config.cirrus.local.concurrentJobs ?? CONCURRENT_JOBS;
  const names = listResources(project, scope, "AWS::Batch::JobQueue").map(scope.nameOf);
  return new Map(
    names.flatMap((name) => [name, jobQueueArn(name)].map((key) => [key, { name, maxConcurrent }] as const)),
  );
}

function listResources(project: Project, scope: LocalScope, type: string): Declared[] {
  const all = [...project.resources.Resources.values()];
  return all.filter((resource) => resource.definition.Type === type && scope.exists(resource));
}

function bindJob(
  resource: Declared,
  project: Project,
  scope: LocalScope,
  own: Readonly<Record<string, string>>,
): JobDefinition | undefined {
  const path = [...resource.path, "Properties"];
  const written = resource.definition.Properties;
  const needed = needsOf(isJsonObject(written) ? written : {});
  const resolved = scope.at(resource).resolve(needed, path) ?? {};
  const properties = checkDefinition(propertiesSchema, resolved, resource, scope.report, path);
  if (properties === undefined) return undefined;
  const size = sizeOf(properties, resource, scope);
  if (size === undefined) return undefined;
  const name = scope.nameOf(resource);
  const rules = properties.RetryStrategy.EvaluateOnExit?.map(toExitRule);
  const seconds = properties.Timeout?.AttemptDurationSeconds;
  const image = imageOf(written, resource, scope);
  return {
    ...{ name, arn: jobDefinitionArn(name), directory: resource.directory, ...size },
    command: properties.ContainerProperties.Command,
    parameters: properties.Parameters,
    environment: environmentOf(properties, resource, project, scope, own),
    attempts: properties.RetryStrategy.Attempts,
    ...(image !== undefined && { image }),
    ...(seconds !== undefined && { timeoutSeconds: seconds }),
    ...(rules !== undefined && { evaluateOnExit: rules }),
  };
}

/** Leaves out what a process does not need, so that what only AWS knows (roles, images, volumes) is no problem here. */
function needsOf(properties: JsonObject): JsonObject {
  const { Type, Parameters, RetryStrategy, Timeout, ContainerProperties: container } = properties;
  const needs = { Type, Parameters, RetryStrategy, Timeout };
  if (!isJsonObject(container)) return { ...given(needs), ...given({ ContainerProperties: container }) };
  const { Command, Environment, ResourceRequirements, Vcpus, Memory } = container;
  return { ...given(needs), ContainerProperties: given({ Command, Environment, ResourceRequirements, Vcpus, Memory }) };
}

function given(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));
}

function sizeOf({ ContainerProperties: container }: Properties, resource: Declared, scope: LocalScope) {
  const required = (type: string) => {
    const entry = container.ResourceRequirements.find(({ Type }) => Type === type);
    return entry === undefined ? undefined : Number(entry.Value);
  };
  const vcpus = required("VCPU") ?? container.Vcpus;
  const memory = required("MEMORY") ?? container.Memory;
  const path = [...resource.path, "Properties", "ContainerProperties", "ResourceRequirements"];
  for (const [name, value] of Object.entries({ VCPU: vcpus, MEMORY: memory })) {
    if (value !== undefined && value > 0) continue;
    const message = `The job definition ${resource.logicalId} needs a ResourceRequirements entry ${name} above zero`;
    scope.report({
      ...{ code: "missing-key", message, file: resource.shown },
      ...{ ...resource.locate(path), path: formatPath(path) },
    });
    return undefined;
  }
  return { vcpus: vcpus ?? 0, memory: memory ?? 0 };
}

/** `provider.environment` < the task's `environment` < the job definition's own. */
function environmentOf(
  properties: Properties,
  resource: Declared,
  { config, tasks }: Project,
  scope: LocalScope,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const task = resource.task === undefined ? undefined : tasks.get(resource.task);
  const entries = properties.ContainerProperties.Environment.map(({ Name, Value }) => [Name, Value] as const);
  const levels = [
    { values: config.environment, place: config, path: ["provider", "environment"] },
    ...(task === undefined ? [] : [{ values: task.environment, place: task, path: ["environment"] }]),
    { values: Object.fromEntries(entries), place: resource, path: resource.path },
  ];
  // A job is started in its task's folder, and finds the code of another there by this.
  const code = task?.uses === undefined ? {} : { LAMBDA_TASK_ROOT: task.codeDirectory };
  return { ...regionEnvironment(config.region), ...mergeEnvironment(levels, scope), ...code, ...own };
}

/** The image, where it can be known here: a process runs without it. */
function imageOf(properties: Json | undefined, resource: Declared, scope: LocalScope): string | undefined {
  const container = isJsonObject(properties) ? properties.ContainerProperties : undefined;
  const written = isJsonObject(container) ? container.Image : undefined;
  if (written === undefined) return undefined;
  const resolver = scope.at(resource, "quiet");
  const image = resolver.resolve(written, []);
  return resolver.failed() || typeof image !== "string" ? undefined : image;
}

function toExitRule({ Action, OnExitCode, OnReason, OnStatusReason }: z.output<typeof exitRule>): ExitRule {
  return {
    action: Action,
    ...(OnExitCode !== undefined && { onExitCode: OnExitCode }),
    ...(OnReason !== undefined && { onReason: OnReason }),
    ...(OnStatusReason !== undefined && { onStatusReason: OnStatusReason }),
  };
}
