/** A component's Lambda as the Serverless Framework takes it, with a role of its own. */
import type { Json, JsonObject } from "../json.ts";
import type { Component, LambdaPart, Project } from "../project/project.ts";
import { bulkWorkerEnvironment, isBulkWorker } from "./bulk-worker.ts";
import { checkEnvironment } from "./check/check-limits.ts";
import { arnOf, joinTexts } from "./intrinsics.ts";
import { makeLambdaRole } from "./lambda-role.ts";
import { lambdaName, lambdaRoleId } from "./names.ts";
import type { Scope } from "./scope.ts";
import { entryHandler } from "./serverless/entries.ts";
import { given, logRetention, mergeMaps } from "./template.ts";

export interface CompiledFunction {
  /** By the component's name, as the Serverless Framework keeps it. */
  readonly definition: JsonObject;
  /** By logical ID. */
  readonly resources: JsonObject;
}

/** Settings that mean the same to the Serverless Framework as to us. */
const PASSED_ON = [
  "architecture",
  "condition",
  "dependsOn",
  "destinations",
  "ephemeralStorageSize",
  "events",
  "fileSystemConfig",
  "kmsKeyArn",
  "layers",
  "logRetentionInDays",
  "maximumEventAge",
  "maximumRetryAttempts",
  "onError",
  "package",
  "provisionedConcurrency",
  "recursiveLoop",
  "reservedConcurrency",
  "runtime",
  "tags",
  "tracing",
  "url",
  "vpc",
] as const;

export function compileFunction(
  component: Component,
  lambda: LambdaPart,
  project: Project,
  scope: Scope,
): CompiledFunction {
  const { name } = component;
  const { settings } = lambda;
  const written = (key: string): Json | undefined => {
    const value = settings[key];
    return value === undefined ? undefined : scope.rewrite(value, component, ["lambda", key]);
  };
  const passed = PASSED_ON.map((key) => [key, written(key)] as const);
  const ownRole = settings.role === undefined;
  const environment = environmentOf(component, lambda, project, scope);
  checkEnvironment(environment, component, scope);
  if (typeof settings.condition === "string") {
    scope.checkCondition(settings.condition, component, ["lambda", "condition"]);
  }
  const definition = given({
    name: lambdaName(project.config.stackName, name),
    description: typeof settings.description === "string" ? settings.description : component.description,
    ...(lambda.image === undefined
      ? { handler: entryHandler(component, lambda, project.root) }
      : { image: scope.rewrite(lambda.image, component, ["lambda", "image"]) }),
    memorySize: lambda.memorySize,
    timeout: lambda.timeout,
    environment,
    // A feeder whose time is over invokes itself to go on; Lambda would end that after 16 times.
    ...(component.kind === "feeder" ? { recursiveLoop: "Allow" } : {}),
    logRetentionInDays: logRetention(project),
    ...given(Object.fromEntries(passed)),
    role: ownRole ? arnOf(lambdaRoleId(name)) : written("role"),
  });
  const resources = ownRole ? { [lambdaRoleId(name)]: makeLambdaRole(component, project, scope) } : {};
  if (!ownRole && settings.iamRoleStatements !== undefined) {
    const message = `The ${component.kind} ${name} has a role, so its iamRoleStatements have no effect`;
    scope.refuse(component, ["lambda", "iamRoleStatements"], "unused-statements", message, "Remove one of the two.");
  }
  return { definition, resources };
}

/** `provider.environment` < the component's < the Lambda's own. */
function environmentOf(component: Component, lambda: LambdaPart, project: Project, scope: Scope): JsonObject {
  const { config } = project;
  const variables = mergeMaps([
    isBulkWorker(component, project) ? bulkWorkerEnvironment() : {},
    scope.rewrite(config.environment, config, ["provider", "environment"]),
    scope.rewrite(component.environment, component, ["environment"]),
    scope.rewrite(lambda.environment, component, ["lambda", "environment"]),
  ]);
  return Object.fromEntries(Object.entries(variables).map(([name, value = null]) => [name, joinTexts(value)]));
}
