/** Closes queues to new jobs, and opens them again. Jobs that a queue holds go on either way. */

import type { Clock } from "../../clock.ts";
import { CirrusError, TransientError } from "../../errors.ts";
import type { BatchCalls } from "./connect.ts";

export type QueueState = "ENABLED" | "DISABLED";

const LOOK_EVERY_MS = 2_000;
const LONGEST_MS = 120_000;

/** Resolves when Batch holds to it: until then it may still take jobs. */
export async function setQueueStates(
  calls: BatchCalls,
  queues: readonly string[],
  state: QueueState,
  { clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  if (queues.length === 0) return;
  for (const queue of queues) await calls.updateJobQueue(queue, state);
  const until = clock.now() + LONGEST_MS;
  for (;;) {
    const waiting = await notYet(calls, queues, state);
    if (waiting.length === 0) return;
    if (clock.now() >= until) {
      throw new TransientError(`Batch did not set ${waiting.join(", ")} to ${state} within two minutes.`, {
        hint: "Try again in a moment.",
      });
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

async function notYet(calls: BatchCalls, queues: readonly string[], state: QueueState): Promise<readonly string[]> {
  const waiting: string[] = [];
  for await (const { jobQueues = [] } of calls.jobQueues([...queues])) {
    for (const queue of jobQueues) {
      const name = queue.jobQueueName ?? "";
      if (queue.status === "INVALID") {
        throw new CirrusError(`The job queue ${name} is INVALID: ${queue.statusReason ?? "no reason given"}`, {
          hint: "Mend or remove it in AWS Batch, then try again.",
        });
      }
      if (queue.state !== state || queue.status !== "VALID") waiting.push(name);
    }
  }
  return waiting;
}
