/** Keeps things moving: both queues through their functions, and now and then a look for what was left behind. */
import { isoTime } from "../clock.ts";
import type { MessageLog, MessageOutcome } from "../embedded/messages/message-log.ts";
import type { Queue, QueueMessage } from "../embedded/messages/queue.ts";
import type { FunctionPorts } from "../functions/ports.ts";
import { type ProcessOutcome, processRecords } from "../functions/process/process.ts";
import { updateState } from "../functions/update-state/update-state.ts";
import { extractRecords } from "../payload/extract.ts";
import { driveQueue, type Handled } from "./drive-queue.ts";
import { lookBack } from "./look-back.ts";

export interface Driven {
  readonly ports: FunctionPorts;
  readonly intake: Queue;
  readonly statusChanges: Queue;
  readonly messages: MessageLog;
  readonly executions: { resume(): Promise<number> };
  /** A message that could not be handled so often goes to the dead letters. */
  readonly maxReceives: number;
}

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
  const looking = lookBack(ports, executions, stopping.signal);
  const drivers = [
    driveQueue(intake, (batch) => handlePayloads(batch, ports, { messages, maxReceives }), { clock, log }),
    driveQueue(statusChanges, (batch) => handleStatusChanges(batch, ports).finally(looking.wake), { clock, log }),
  ];

  return async () => {
    stopping.abort();
    await Promise.all([...drivers.map((driver) => driver.stop()), looking.stopped]);
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
    const reason = `${outcome.reason}\nWhen that is mended: npx cirrus dlq redrive ${outcome.record.itemIdentifier}`;
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
