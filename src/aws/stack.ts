/** A deployed stack as whoever deploys it sees it: its status, its template, and what failed in it. */
import type { StackEvent } from "@aws-sdk/client-cloudformation";
import type { CloudFormation } from "./services/cloudformation.ts";

export interface StackStatus {
  /** `UPDATE_ROLLBACK_COMPLETE` … */
  readonly status: string;
  readonly reason: string | undefined;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number | undefined;
}

export interface FailedResource {
  readonly logicalId: string;
  readonly type: string;
  /** `CREATE_FAILED` … */
  readonly status: string;
  readonly reason: string;
}

export interface Stack {
  /** Undefined where there is no such stack. */
  describe(): Promise<StackStatus | undefined>;
  /** The template as it was deployed; undefined where there is no such stack. */
  template(): Promise<string | undefined>;
  /** What failed since then, the first cause first. */
  failures(since: number): Promise<readonly FailedResource[]>;
}

export function makeStack({ client, name }: { readonly client: CloudFormation; readonly name: string }): Stack {
  return {
    async describe() {
      const found = await orMissing(client.describeStacks({ StackName: name }));
      const stack = found?.Stacks?.[0];
      if (stack?.StackStatus === undefined) return undefined;
      const at = stack.LastUpdatedTime ?? stack.CreationTime;
      return { status: stack.StackStatus, reason: stack.StackStatusReason, updatedAt: at?.getTime() };
    },

    async template() {
      const found = await orMissing(client.getTemplate({ StackName: name, TemplateStage: "Original" }));
      return found?.TemplateBody;
    },

    async failures(since) {
      const failed: FailedResource[] = [];
      for await (const event of eventsSince(client, name, since)) {
        const { LogicalResourceId = "", ResourceType = "", ResourceStatus = "", ResourceStatusReason = "" } = event;
        if (!ResourceStatus.endsWith("_FAILED") || ResourceType === "AWS::CloudFormation::Stack") continue;
        failed.push({
          logicalId: LogicalResourceId,
          type: ResourceType,
          status: ResourceStatus,
          reason: ResourceStatusReason,
        });
      }
      return failed.toReversed();
    },
  };
}

/** The latest first; a page at a time until they are older. */
async function* eventsSince(client: CloudFormation, name: string, since: number): AsyncGenerator<StackEvent> {
  let token: string | undefined;
  do {
    const page = await client.describeStackEvents({ StackName: name, ...(token && { NextToken: token }) });
    for (const event of page.StackEvents ?? []) {
      if ((event.Timestamp?.getTime() ?? 0) < since) return;
      yield event;
    }
    token = page.NextToken;
  } while (token);
}

/** CloudFormation says `ValidationError` of a stack that is not there, as of much else. */
async function orMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (thrown) {
    const missing =
      thrown instanceof Error && thrown.name === "ValidationError" && /does not exist/.test(thrown.message);
    if (missing) return undefined;
    throw thrown;
  }
}
