/** Keeps things moving: both queues through their functions, and now and then a look for what was left behind. */
import { isoTime } from "../clock.ts";
import type { MessageLog, MessageOutcome } from "../embedded/messages/message-log.ts";
import type { Queue, QueueMessage } from "../embedded/messages/queue.ts";
import { describeError } from "../errors.ts";
import type { FunctionPorts } from "../functions/ports.ts";
import { type ProcessOutcome, processRecords } from "../functions/process/process.ts";
import { reconcile } from "../functions/reconcile/reconcile.ts";
import { updateState } from "../functions/update-state/update-state.ts";
import { extractRecords } from "../payload/extract.ts";
import { driveQueue, type Handled } from "./drive-queue.ts";

export interface Driven {
  readonly ports: FunctionPorts;
  readonly intake: Queue;
  readonly statusChanges: Queue;
  readonly messages: MessageLog;
  readonly executions: { resume(): Promise<number> };
  /** A message that could not be handled so often goes to the dead letters. */
  readonly maxReceives: number;
}

const LOOK_EVERY_MS = 5_000;
/** Longer than any call of process or update-state takes: what is younger is still in somebody's hands. */
const LEFT_BEHIND_MS = 30_000;

/** Starts at once; the function it returns stops in good order. */
export function drive({
  ports,
  intake,
  statusChanges,
  messages,
  executions,
  maxReceives,
}: Driven): () => Promise<void> {
  const { clock, log } = ports;
  const stopping = new AbortController();
  const drivers = [
    driveQueue(intake, (batch) => handlePayloads(batch, ports, { messages, maxReceives }), { clock, log }),
    driveQueue(statusChanges, (batch) => handleStatusChanges(batch, ports), { clock, log }),
  ];

  async function lookBack(): Promise<void> {
    let cursor: string | undefined;
    while (!stopping.signal.aborted) {
      try {
        await executions.resume();
        const swept = await reconcile({ olderThanMs: LEFT_BEHIND_MS, cursor }, ports);
        cursor = swept.next;
        for (const { payloadId, action, reason } of swept.results) {
          if (action !== "running") log.info("reconciled", { payloadId, action, reason });
        }
      } catch (thrown) {
        log.error("cannot reconcile", { reason: describeError(thrown).cause });
      }
      await clock.sleep(LOOK_EVERY_MS, stopping.signal).catch(() => {});
    }
  }
  const looking = lookBack();

  return async () => {
    stopping.abort();
    await Promise.all([...drivers.map((driver) => driver.stop()), looking]);
  };
}

/** The messages take the form in which SQS hands them to a Lambda, so that what runs here is what runs there. */
async function handlePayloads(
  batch: readonly QueueMessage[],
  ports: FunctionPorts,
  { messages, maxReceives }: Pick<Driven, "messages" | "maxReceives">,
): Promise<readonly Handled[]> {
  const records = extractRecords({
    Records: batch.map(({ messageId, body, receiveCount }) => ({
      messageId,
      body,
      attributes: { ApproximateReceiveCount: String(receiveCount) },
      eventSource: "aws:sqs",
    })),
  });
  const outcomes = await processRecords(records, ports);
  const at = isoTime(ports.clock.now());
  // Before the messages are acknowledged: what became of a message can be seen as long as the message cannot.
  const last = new Set(batch.filter(({ receiveCount }) => receiveCount >= maxReceives).map((one) => one.messageId));
  await messages.record(outcomes.flatMap((one) => messageOutcome(one, at, last.has(one.record.itemIdentifier ?? ""))));
  return batch.map(({ messageId, receipt }) => {
    const outcome = outcomes.find(({ record }) => record.itemIdentifier === messageId);
    if (!outcome) return { receipt, done: false, reason: "it was not handled" };
    return outcome.outcome === "retry" ? { receipt, done: false, reason: outcome.reason } : { receipt, done: true };
  });
}

function messageOutcome(outcome: ProcessOutcome, at: string, lastTry: boolean): MessageOutcome[] {
  if (outcome.outcome === "retry") {
    if (!lastTry) return [];
    const reason = `${outcome.reason}\nWhen that is mended: cirrus dlq redrive ${outcome.record.itemIdentifier}`;
    return [{ message: outcome.message, outcome: "given-up", at, payloadId: outcome.payloadId, reason }];
  }
  return [
    {
      message: outcome.message,
      outcome: outcome.outcome,
      at,
      payloadId: outcome.payloadId,
      execution: outcome.outcome === "started" ? outcome.execution : undefined,
      reason: "reason" in outcome ? outcome.reason : undefined,
    },
  ];
}

async function handleStatusChanges(batch: readonly QueueMessage[], ports: FunctionPorts): Promise<readonly Handled[]> {
  const outcomes = await updateState(
    batch.map(({ messageId, body }) => ({ messageId, body })),
    ports,
  );
  return batch.map(({ messageId, receipt }) => {
    const outcome = outcomes.find((one) => one.messageId === messageId);
    if (outcome?.outcome !== "retry") return { receipt, done: true };
    return { receipt, done: false, reason: outcome.reason };
  });
}
