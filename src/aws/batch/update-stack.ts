/** Updates a stack to another template with everything else as it is, and waits for the end. */
import type { Capability } from "@aws-sdk/client-cloudformation";
import type { Clock } from "../../clock.ts";
import { CirrusError } from "../../errors.ts";
import { isJsonObject, type JsonObject } from "../../json.ts";
import type { BatchCalls } from "./connect.ts";
import { type DeployedStack, stackStatus } from "./deployed-stack.ts";

export interface Updating {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Each state of the stack, once. */
  readonly onStatus?: ((status: string) => void) | undefined;
}

/** CloudFormation takes a template of this many bytes in the call itself; a longer one has to lie in S3. */
const INLINE_BYTES = 51_200;
const LOOK_EVERY_MS = 5_000;

/** Begins the update; false where there was nothing to change. */
export async function beginUpdate(calls: BatchCalls, stack: DeployedStack, template: JsonObject): Promise<boolean> {
  const body = JSON.stringify(template);
  const declared = isJsonObject(template.Parameters) ? template.Parameters : {};
  const input = {
    StackName: stack.name,
    // What the stack was last allowed: the same resources, or fewer.
    Capabilities: stack.capabilities as Capability[], // as CloudFormation itself gave them
    Parameters: stack.parameters
      .filter((key) => key in declared)
      .map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
  };
  const inline = Buffer.byteLength(body) <= INLINE_BYTES;
  const stored = inline ? undefined : await storeTemplate(calls, stack, body);
  try {
    await calls.updateStack({
      ...input,
      ...(stored === undefined ? { TemplateBody: body } : { TemplateURL: stored.url }),
    });
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && /No updates are to be performed/.test(thrown.message)) return false;
    throw thrown;
  } finally {
    // CloudFormation has read it when the call ends.
    if (stored !== undefined) await calls.deleteObject(stored.bucket, stored.key);
  }
}

/** Waits for the update's end, whichever it is. */
export async function untilUpdated(
  calls: BatchCalls,
  name: string,
  { clock, signal, onStatus }: Updating,
): Promise<void> {
  let shown = "";
  for (;;) {
    const { status, reason } = await stackStatus(calls, name);
    if (status !== shown) onStatus?.(status);
    shown = status;
    if (status === "UPDATE_COMPLETE") return;
    if (!status.endsWith("_IN_PROGRESS")) {
      throw new CirrusError(`The update of the stack ${name} ended with ${status}${reason && `: ${reason}`}.`, {
        hint: "Nothing was removed. See the stack's events in CloudFormation for the first failure.",
      });
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** What CloudFormation gave up deleting since then: it is no part of the stack any more, but still in the account. */
export async function leftBehind(
  calls: BatchCalls,
  name: string,
  since: number,
): Promise<readonly { logicalId: string; physicalId: string; reason: string }[]> {
  const left = new Map<string, { logicalId: string; physicalId: string; reason: string }>();
  for await (const { StackEvents = [] } of calls.stackEvents(name)) {
    for (const event of StackEvents) {
      if ((event.Timestamp?.getTime() ?? 0) < since) return [...left.values()];
      if (event.ResourceStatus !== "DELETE_FAILED") continue;
      const { LogicalResourceId: logicalId = "", PhysicalResourceId: physicalId = "" } = event;
      left.set(logicalId, { logicalId, physicalId, reason: event.ResourceStatusReason ?? "" });
    }
  }
  return [...left.values()];
}

async function storeTemplate(calls: BatchCalls, stack: DeployedStack, body: string) {
  const bucket =
    stack.outputs.ServerlessDeploymentBucketName ??
    stack.resources.find(({ logicalId }) => logicalId === "ServerlessDeploymentBucket")?.physicalId;
  if (bucket === undefined) {
    throw new CirrusError(
      `The template of ${stack.name} is too long to be sent without a bucket, and the stack has none.`,
      {
        hint: "Deploy the project again: a deployment removes what nothing uses as well.",
      },
    );
  }
  // Not among the deployments: the Serverless Framework compares the latest of those with the next.
  const key = `cirrus/${stack.name}/template.json`;
  await calls.putObject(bucket, key, body);
  const domain = stack.region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return { bucket, key, url: `https://s3.${stack.region}.${domain}/${bucket}/${key}` };
}
