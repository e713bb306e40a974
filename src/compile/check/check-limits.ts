/** CloudFormation's and Lambda's limits on size and number, and how near a stack is to them. */
import { isJsonObject, type Json, type JsonObject, utf8Length } from "../../json.ts";
import type { Component, Project } from "../../project/project.ts";
import type { Scope } from "../scope.ts";

/** CloudFormation's quotas of one template. */
const MOST = { Resources: 500, Outputs: 200, Parameters: 200, Mappings: 200 } as const;
const MOST_BYTES = 1_000_000;

/** From here on it is said how near the stack is. */
const NEAR = 0.8;

/** What is near a limit comes back as notices; what is over one is a problem. */
export function checkTemplate(
  template: JsonObject,
  functions: JsonObject,
  { config }: Project,
  scope: Scope,
): string[] {
  const count = (section: string) => membersOf(template[section]).length;
  const used: readonly (readonly [what: string, used: number, most: number])[] = [
    ["resources", count("Resources") + countGenerated(functions), MOST.Resources],
    ["outputs", count("Outputs"), MOST.Outputs],
    ["parameters", count("Parameters"), MOST.Parameters],
    ["mappings", count("Mappings"), MOST.Mappings],
    ["bytes", utf8Length(JSON.stringify({ template, functions })), MOST_BYTES],
  ];
  return used.flatMap(([what, number, most]) => {
    if (number <= most * NEAR) return [];
    const near = `The stack ${config.stackName} has ${number} ${what}; CloudFormation allows ${most}`;
    if (number <= most) return [`${near}.`];
    scope.refuse(config, [], "stack-too-large", near, "Move some of the components to a project of their own.");
    return [];
  });
}

/** The deployment bucket with its policy; of every function itself, its log group, and at least one for each event. */
function countGenerated(functions: JsonObject): number {
  const all = Object.values(functions).filter(isJsonObject);
  const events = all.flatMap((definition) => (Array.isArray(definition.events) ? definition.events : []));
  return 2 + 2 * all.length + events.length;
}

/** Bytes of all names and values together. */
const MOST_ENVIRONMENT = 4096;

/** Set by Lambda itself, which refuses a function that sets them as well. */
const RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR)$/;

export function checkEnvironment(environment: JsonObject, component: Component, scope: Scope): void {
  const path = ["lambda", "environment"];
  const name = `the ${component.kind} ${component.name}`;
  for (const variable of Object.keys(environment).filter((key) => RESERVED.test(key))) {
    const message = `${variable} in the environment of ${name} is set by Lambda itself`;
    scope.refuse(component, [...path, variable], "reserved-variable", message, "Remove it.");
  }
  const texts = Object.entries(environment).map(([key, value]) => key + (typeof value === "string" ? value : ""));
  const bytes = utf8Length(texts.join(""));
  if (bytes <= MOST_ENVIRONMENT) return;
  const message = `The environment of ${name} has ${bytes} bytes, ${bytes - MOST_ENVIRONMENT} more than Lambda allows`;
  scope.refuse(component, path, "environment-too-large", message, "Keep long values in a file or in Parameter Store.");
}

function membersOf(section: Json | undefined): readonly string[] {
  return isJsonObject(section) ? Object.keys(section) : [];
}
