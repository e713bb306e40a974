/** How much waits in the embedded queues: a count of their tables. */
import type { Clock } from "../../clock.ts";
import { QUEUE_NAMES, type QueueName } from "../../events/dead-letters.ts";
import type { QueueDepths } from "../../events/queue-depths.ts";
import type { Queue } from "./queue.ts";

export function makeQueueDepths(
  queues: Readonly<Record<QueueName, Pick<Queue, "depth">>>,
  { clock }: { readonly clock: Pick<Clock, "now"> },
): QueueDepths {
  return {
    depths: () =>
      Promise.all(
        QUEUE_NAMES.map(async (queue) => {
          const { visible, delayed, inFlight, dead, oldestAt } = await queues[queue].depth();
          const oldestAgeMs = oldestAt === undefined ? undefined : Math.max(0, clock.now() - oldestAt);
          return { queue, waiting: visible + delayed, inFlight, oldestAgeMs, dead };
        }),
      ),
  };
}
