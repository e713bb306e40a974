/**
 * Retires former Batch resources: closes their queues, looks once more, and only then has CloudFormation remove them.
 * Whatever ends it before that opens the queues again.
 */
import type { BatchAccount } from "../../aws/batch/account.ts";
import type { DeployedStack } from "../../aws/batch/deployed-stack.ts";
import type { Clock } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { narrowRetirement, type Retirement } from "./retirement.ts";

export interface Retiring {
  readonly account: BatchAccount;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface Retired {
  readonly retired: readonly string[];
  /** What came into use while its queue was being closed. */
  readonly spared: readonly { readonly logicalId: string; readonly reason: string }[];
  /** What CloudFormation could not delete. */
  readonly leftBehind: readonly { readonly logicalId: string; readonly physicalId: string; readonly reason: string }[];
}

export async function retire(stack: DeployedStack, planned: Retirement, retiring: Retiring): Promise<Retired> {
  const { account, clock, signal, say } = retiring;
  const closed = planned.queues.map(({ physicalId }) => physicalId);
  const since = clock.now();
  let open = closed;
  try {
    if (closed.length > 0) say(`Closing ${planned.queues.map(({ logicalId }) => logicalId).join(", ")} to new jobs`);
    await account.setQueueStates(closed, "DISABLED", { clock, signal });
    const uses = await account.readUses(stack.resources);
    const settled = narrowRetirement(stack, uses, planned);
    if (settled.parts.length === 0) throw inUse(planned);
    signal.throwIfAborted();
    await account.beginUpdate(stack, settled.template);
    // From here on CloudFormation removes them; one that it spares has to be open.
    open = closed.filter((queue) => !settled.queues.some(({ physicalId }) => physicalId === queue));
    await account.setQueueStates(open, "ENABLED", { clock });
    open = [];
    await waitFor(stack, settled, retiring);
    const gone = settled.parts.map(({ logicalId }) => logicalId);
    const spared = planned.parts.filter(({ logicalId }) => !gone.includes(logicalId));
    return {
      retired: gone,
      spared: spared.map(({ logicalId }) => ({ logicalId, reason: "came into use" })),
      leftBehind: await account.leftBehind(stack.name, since),
    };
  } finally {
    if (open.length > 0) await account.setQueueStates(open, "ENABLED", { clock });
  }
}

async function waitFor(
  stack: DeployedStack,
  { queues }: Retirement,
  { account, clock, signal, say }: Retiring,
): Promise<void> {
  try {
    await account.untilUpdated(stack.name, { clock, signal, onStatus: (status) => say(`${stack.name} ${status}`) });
  } catch (thrown) {
    if (signal.aborted) say("Stopped waiting. CloudFormation goes on; see how it ends: npx cirrus batch status");
    // It was rolled back, with the queues still there.
    else
      await account.setQueueStates(
        queues.map(({ physicalId }) => physicalId),
        "ENABLED",
        { clock },
      );
    throw thrown;
  }
}

function inUse({ parts }: Retirement): CirrusError {
  return new CirrusError(
    `Nothing was retired: ${parts.map(({ logicalId }) => logicalId).join(", ")} came into use meanwhile.`,
    {
      hint: "The queues are open again. See what uses them: npx cirrus batch status",
      exitCode: EXIT.conflict,
    },
  );
}
