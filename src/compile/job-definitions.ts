/** Batch job definitions as AWS wants them: an inherited environment, texts for numbers, and revisions that stay registered. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Declared, Project } from "../project/project.ts";
import { lambdaName } from "./names.ts";
import type { Scope } from "./scope.ts";
import { mergeMaps } from "./template.ts";

export const JOB_DEFINITION = "AWS::Batch::JobDefinition";

export function compileJobDefinition(
  resource: JsonObject,
  declared: Declared,
  project: Project,
  scope: Scope,
): JsonObject {
  const properties = isJsonObject(resource.Properties) ? resource.Properties : {};
  const environment = inheritedEnvironment(declared, project, scope);
  const inherit = (container: Json | undefined) => inheritEnvironment(container, environment);
  const { Type, Parameters, ContainerProperties, NodeProperties, EcsProperties } = properties;
  return {
    ...resource,
    Properties: {
      ...properties,
      ...(typeof Type === "string" && { Type: Type.toLowerCase() }),
      ...(isJsonObject(Parameters) && { Parameters: texts(Parameters) }),
      ...(isJsonObject(ContainerProperties) && { ContainerProperties: inherit(ContainerProperties) }),
      ...(isJsonObject(NodeProperties) && { NodeProperties: eachNode(NodeProperties, inherit) }),
      ...(isJsonObject(EcsProperties) && { EcsProperties: eachEcsContainer(EcsProperties, inherit) }),
      // A workflow that runs while the stack is updated submits the revision that it started with; without this,
      // CloudFormation deregisters it first.
      ResourceRetentionPolicy: properties.ResourceRetentionPolicy ?? { SkipDeregisterOnUpdate: true },
    },
  };
}

/** `provider.environment` < the task's `environment` < the job definition's own; the last of these is in the container. */
function inheritedEnvironment({ task: name }: Declared, { config, tasks }: Project, scope: Scope): JsonObject {
  const task = name === undefined ? undefined : tasks.get(name);
  return mergeMaps([
    { AWS_REGION: { Ref: "AWS::Region" }, AWS_DEFAULT_REGION: { Ref: "AWS::Region" } },
    // A task that is a Lambda as well runs from that Lambda's zip.
    task?.lambda?.enabled === true ? { CIRRUS_TASK_FUNCTION: lambdaName(config.stackName, task.name) } : {},
    scope.rewrite(config.environment, config, ["provider", "environment"]),
    task === undefined ? {} : scope.rewrite(task.environment, task, ["environment"]),
  ]);
}

function inheritEnvironment(container: Json | undefined, inherited: JsonObject): Json {
  if (!isJsonObject(container)) return container ?? null;
  const own = Array.isArray(container.Environment) ? container.Environment.filter(isJsonObject) : [];
  const named = own.map(({ Name, Value }) => [String(Name), asText(Value ?? "")] as const);
  const all = Object.entries({ ...inherited, ...Object.fromEntries(named) });
  const requirements = container.ResourceRequirements;
  return {
    ...container,
    Environment: all.map(([Name, Value = ""]) => ({ Name, Value })),
    ...(Array.isArray(requirements) && {
      ResourceRequirements: requirements.map((entry) =>
        isJsonObject(entry) ? { ...entry, Value: asText(entry.Value ?? "") } : entry,
      ),
    }),
  };
}

function eachNode(node: JsonObject, change: (container: Json) => Json): JsonObject {
  const ranges = Array.isArray(node.NodeRangeProperties) ? node.NodeRangeProperties.filter(isJsonObject) : [];
  return {
    ...node,
    NodeRangeProperties: ranges.map((range) => ({
      ...range,
      ...(isJsonObject(range.Container) && { Container: change(range.Container) }),
      ...(isJsonObject(range.EcsProperties) && { EcsProperties: eachEcsContainer(range.EcsProperties, change) }),
    })),
  };
}

function eachEcsContainer(ecs: JsonObject, change: (container: Json) => Json): JsonObject {
  const tasks = Array.isArray(ecs.TaskProperties) ? ecs.TaskProperties.filter(isJsonObject) : [];
  return {
    ...ecs,
    TaskProperties: tasks.map((task) => ({
      ...task,
      ...(Array.isArray(task.Containers) && { Containers: task.Containers.map(change) }),
    })),
  };
}

function texts(values: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, asText(value ?? "")]));
}

/** YAML reads `1234` as a number where Batch wants a text. */
function asText(value: Json): Json {
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}
