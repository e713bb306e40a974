/** How many compute environments and job queues the account has in the region, whoever made them. */
import type { BatchCalls } from "./connect.ts";

export interface QuotaUse {
  readonly environments: number;
  readonly queues: number;
}

export async function readQuotaUse(calls: BatchCalls): Promise<QuotaUse> {
  let environments = 0;
  let queues = 0;
  for await (const page of calls.computeEnvironments()) environments += page.computeEnvironments?.length ?? 0;
  for await (const page of calls.jobQueues()) queues += page.jobQueues?.length ?? 0;
  return { environments, queues };
}
