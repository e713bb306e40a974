/** AWS as a change of Batch resources sees it, with one set of clients. */
import type { Clock } from "../../clock.ts";
import type { JsonObject } from "../../json.ts";
import type { ClientOptions } from "../services/settings.ts";
import { type DeployedStack, readDeployedStack, type StackResource } from "./deployed-stack.ts";
import { type QueueState, setQueueStates } from "./queue-state.ts";
import { readQuotaUse } from "./quota-use.ts";
import { beginUpdate, leftBehind, type Updating, untilUpdated } from "./update-stack.ts";
import { readUses } from "./uses.ts";

export type BatchAccount = Awaited<ReturnType<typeof openBatchAccount>>;

/** Loads the SDK. */
export async function openBatchAccount(options: ClientOptions) {
  const { connectBatchChanges } = await import("./connect.ts");
  const calls = connectBatchChanges(options);
  return {
    readDeployedStack: (name: string) => readDeployedStack(calls, name),
    readUses: (resources: readonly StackResource[]) => readUses(calls, resources),
    readQuotaUse: () => readQuotaUse(calls),
    setQueueStates: (queues: readonly string[], state: QueueState, waiting: { clock: Clock; signal?: AbortSignal }) =>
      setQueueStates(calls, queues, state, waiting),
    async openQueues(queues: readonly string[]): Promise<void> {
      for (const queue of queues) await calls.updateJobQueue(queue, "ENABLED");
    },
    beginUpdate: (stack: DeployedStack, template: JsonObject) => beginUpdate(calls, stack, template),
    untilUpdated: (name: string, updating: Updating) => untilUpdated(calls, name, updating),
    leftBehind: (name: string, since: number) => leftBehind(calls, name, since),
  };
}
