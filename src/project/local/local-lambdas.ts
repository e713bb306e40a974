/** The components' Lambdas as the local pool runs them. */
import { findHandlerFile } from "../../embedded/lambda/lambda-handler.ts";
import type { LambdaFunction } from "../../executions/lambda-function.ts";
import type { Component, Config } from "../project.ts";
import { mergeEnvironment, regionEnvironment } from "./local-environment.ts";
import { lambdaArn, lambdaName } from "./local-names.ts";
import type { LocalScope } from "./local-scope.ts";

/** By ARN. `own` are the runtime's variables: they say where things are on this machine, so they win. */
export function bindLambdas(
  config: Config,
  scope: LocalScope,
  own: Readonly<Record<string, string>>,
): ReadonlyMap<string, LambdaFunction> {
  const lambdas = [...scope.components.values()].map((component) => bindLambda(component, config, scope, own));
  return new Map(lambdas.flat().map((lambda) => [lambda.arn, lambda]));
}

function bindLambda(
  component: Component,
  config: Config,
  scope: LocalScope,
  own: Readonly<Record<string, string>>,
): LambdaFunction[] {
  const { lambda, name, codeDirectory: directory } = component;
  if (lambda === undefined) return [];
  const levels = [
    { values: config.environment, place: config, path: ["provider", "environment"] },
    { values: component.environment, place: component, path: ["environment"] },
    { values: lambda.environment, place: component, path: ["lambda", "environment"] },
  ];
  return [
    {
      name: lambdaName(config, name),
      arn: lambdaArn(config, name),
      directory,
      handler: lambda.handler,
      // A handler beside it runs here in its place.
      ...(lambda.image !== undefined &&
        findHandlerFile(directory, lambda.handler) === undefined && { fromImage: true }),
      memorySize: lambda.memorySize,
      timeout: lambda.timeout,
      environment: { ...regionEnvironment(config.region), ...mergeEnvironment(levels, scope), ...own },
    },
  ];
}
