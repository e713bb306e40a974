/** What a Task state calls, by the names that its resource and parameters hold. */
import { isJsonObject, type Json } from "../json.ts";
import { integrationOf } from "./integration.ts";

export type TaskTarget =
  /** The function's own name, without account, version or alias. */
  | { readonly kind: "lambda"; readonly functionName: string }
  /** `jobDefinition`: its name, without account and revision; undefined where only the running state knows it. */
  | { readonly kind: "batch"; readonly jobDefinition: string | undefined; readonly jobName: string | undefined };

/** What comes before and after a Batch job in a workflow: no tasks of anybody's. */
export const AROUND_JOBS: ReadonlySet<string> = new Set(["pre-batch", "post-batch"]);

/** Undefined for a state that calls neither a Lambda nor a Batch job, or one that is known only when it runs. */
export function taskTarget(state: Json): TaskTarget | undefined {
  if (!isJsonObject(state) || state.Type !== "Task" || typeof state.Resource !== "string") return undefined;
  const { Resource: resource } = state;
  const parameters = [state.Parameters, state.Arguments].find(isJsonObject) ?? {};
  const literal = (member: string): string | undefined => {
    const value = parameters[member];
    // `{% … %}` is an expression, whose value is known only when the state runs.
    return typeof value === "string" && !value.startsWith("{%") ? value : undefined;
  };
  const integration = integrationOf(resource);
  if (integration?.startsWith("batch:submitJob")) {
    const definition = literal("JobDefinition");
    return { kind: "batch", jobDefinition: definition && jobDefinitionName(definition), jobName: literal("JobName") };
  }
  if (integration !== undefined && !integration.startsWith("lambda:invoke")) return undefined;
  const called = integration === undefined ? resource : literal("FunctionName");
  // An activity is called by nobody: whoever works for it asks.
  if (called === undefined || /^arn:[^:]*:states:/.test(called)) return undefined;
  return { kind: "lambda", functionName: functionName(called) };
}

/** `arn:aws:lambda:REGION:ACCOUNT:function:NAME:ALIAS`, or `NAME:ALIAS` */
function functionName(called: string): string {
  const [, name = called] = /:function:(.+)$/.exec(called) ?? [];
  return name.split(":")[0] ?? name;
}

/** `arn:aws:batch:REGION:ACCOUNT:job-definition/NAME:REVISION`, or `NAME:REVISION` */
function jobDefinitionName(named: string): string {
  return (named.split("/").at(-1) ?? named).replace(/:\d+$/, "");
}
