/** Takes entries of messages that Lambda has received, as `receive` does of those that it receives itself. */
import type { Lease } from "../../../bulk/bulk-store.ts";
import type { Place } from "../place.ts";
import { readRun } from "../records/run-record.ts";
import { type Claimant, claim } from "./claim.ts";
import { readReceipt } from "./lease.ts";
import { hideMessages, toMessage } from "./messages.ts";

export interface DeliveredMessage {
  readonly body: string;
  readonly receiptHandle: string;
}

/** Nothing where the run gives out no entries: the messages come again when the queue shows them, and stay for then. */
export async function accept(
  run: string,
  claimant: Claimant,
  delivered: readonly DeliveredMessage[],
  place: Place,
): Promise<readonly Lease[]> {
  const record = await readRun(run, place);
  if (record?.queues === undefined || record.run.state !== "OPEN") return [];
  const { queues } = record;
  const messages = delivered.map(({ body, receiptHandle }) => toMessage(body, receiptHandle));
  const leases = await claim({ ...record, queues }, claimant, messages, place);
  // The queue's own time is longer: an entry whose Lambda is gone would wait for it.
  const seconds = claimant.leaseMs / 1000;
  const held = leases.map((lease) => ({ handle: readReceipt(lease).handle, seconds }));
  await hideMessages(queues.queueUrl, held, place);
  return leases;
}
