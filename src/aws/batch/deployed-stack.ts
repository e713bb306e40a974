/** A stack as CloudFormation has it: its template as it was sent, and what each logical ID became. */
import { CirrusError } from "../../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import type { BatchCalls } from "./connect.ts";

export interface DeployedStack {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** `UPDATE_COMPLETE` … */
  readonly status: string;
  readonly template: JsonObject;
  readonly parameters: readonly string[];
  readonly capabilities: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly StackResource[];
}

export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  /** An ARN for Batch's and Step Functions' resources. */
  readonly physicalId: string;
  /** When CloudFormation last changed it, in milliseconds. */
  readonly updatedAt: number;
}

/** Undefined where there is no such stack. */
export async function readDeployedStack(calls: BatchCalls, name: string): Promise<DeployedStack | undefined> {
  const stack = await describe(calls, name);
  if (stack === undefined) return undefined;
  const [, , , region = "", account = ""] = (stack.StackId ?? "").split(":");
  const { TemplateBody } = await calls.getTemplate(name);
  return {
    name,
    account,
    region,
    status: stack.StackStatus ?? "",
    template: parseTemplate(TemplateBody ?? "{}", name),
    parameters: (stack.Parameters ?? []).flatMap(({ ParameterKey }) => ParameterKey ?? []),
    capabilities: stack.Capabilities ?? [],
    outputs: Object.fromEntries((stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])),
    resources: await resourcesOf(calls, name),
  };
}

export async function stackStatus(calls: BatchCalls, name: string): Promise<{ status: string; reason: string }> {
  const stack = await describe(calls, name);
  return { status: stack?.StackStatus ?? "DELETE_COMPLETE", reason: stack?.StackStatusReason ?? "" };
}

async function describe(calls: BatchCalls, name: string) {
  try {
    return (await calls.describeStack(name)).Stacks?.[0];
  } catch (thrown) {
    // CloudFormation has no name of its own for it.
    if (thrown instanceof Error && /does not exist/.test(thrown.message)) return undefined;
    throw thrown;
  }
}

async function resourcesOf(calls: BatchCalls, name: string): Promise<readonly StackResource[]> {
  const found: StackResource[] = [];
  for await (const { StackResourceSummaries = [] } of calls.stackResources(name)) {
    for (const summary of StackResourceSummaries) {
      const { LogicalResourceId: logicalId = "", ResourceType: type = "", PhysicalResourceId: physicalId } = summary;
      if (summary.ResourceStatus === "DELETE_COMPLETE" || physicalId === undefined) continue;
      found.push({ logicalId, type, physicalId, updatedAt: summary.LastUpdatedTimestamp?.getTime() ?? 0 });
    }
  }
  return found;
}

/** The Serverless Framework sends JSON. */
function parseTemplate(text: string, name: string): JsonObject {
  try {
    const template: Json = JSON.parse(text);
    if (isJsonObject(template)) return template;
  } catch (cause) {
    throw new CirrusError(`The template of the stack ${name} is not JSON, so it was not deployed by this project.`, {
      hint: "Choose another service name in cirrus.yml, or remove that stack.",
      cause,
    });
  }
  return {};
}
