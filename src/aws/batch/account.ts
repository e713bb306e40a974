/** What a change of Batch resources reads from AWS, with one set of clients. */
import type { BatchChangeOptions } from "./connect.ts";
import type { StackResource } from "./deployed-stack.ts";
import { readDeployedStack } from "./deployed-stack.ts";
import { readQuotaUse } from "./quota-use.ts";
import { readUses } from "./uses.ts";

/** Loads the SDK. */
export async function openBatchAccount(options: BatchChangeOptions) {
  const { connectBatchChanges } = await import("./connect.ts");
  const calls = connectBatchChanges(options);
  return {
    calls,
    readDeployedStack: (name: string) => readDeployedStack(calls, name),
    readUses: (resources: readonly StackResource[]) => readUses(calls, resources),
    readQuotaUse: () => readQuotaUse(calls),
  };
}
