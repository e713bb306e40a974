/** Asks a run's queue for entries, for as long as the run gives out any. */
import type { Lease, Received, ReceiveRequest } from "../../../bulk/bulk-store.ts";
import { CirrusError, EXIT } from "../../../errors.ts";
import type { Place } from "../place.ts";
import { type Queues, type RunRecord, readRun } from "../records/run-record.ts";
import { claim } from "./claim.ts";
import { hideMessages, receiveMessages } from "./messages.ts";
import { isMissingQueue } from "./queues.ts";

export interface ReceiveOptions {
  readonly host: string;
  /** Seconds that an empty queue is waited at. */
  readonly waitSeconds: number;
}

type OpenRun = RunRecord & { readonly queues: Queues };

export async function receive(request: ReceiveRequest, options: ReceiveOptions, place: Place): Promise<Received> {
  const { run: name, max } = request;
  const leases: Lease[] = [];
  let record = await readRun(name, place);
  while (isOpen(record) && leases.length < max) {
    const asked = max - leases.length;
    const waitSeconds = leases.length === 0 ? options.waitSeconds : 0;
    const round = await receiveOnce(record, { ...request, max: asked }, { ...options, waitSeconds }, place);
    leases.push(...round.leases);
    record = round.record;
    // Messages without an entry that is due say nothing of what is behind them.
    if (round.messages === 0 || (leases.length > 0 && round.messages < Math.min(asked, 10))) break;
  }
  return { leases, state: record?.run.state ?? "missing" };
}

interface Round {
  readonly leases: readonly Lease[];
  readonly messages: number;
  readonly record: RunRecord | undefined;
}

async function receiveOnce(
  record: OpenRun,
  { run, worker, max, leaseMs }: ReceiveRequest,
  { host, waitSeconds }: ReceiveOptions,
  place: Place,
): Promise<Round> {
  const { queueUrl } = record.queues;
  const asked = { max, hiddenSeconds: leaseMs / 1000, waitSeconds };
  const messages = await receiveMessages(queueUrl, asked, place).catch(async (thrown) => {
    if (!isMissingQueue(thrown)) throw thrown;
    // The run was removed while its queue was waited at.
    if ((await readRun(run, place))?.key.edition !== record.key.edition) return [];
    throw new CirrusError(`The queue of the run ${run} is gone: ${queueUrl}`, {
      hint: `Remove what is left of the run (npx cirrus bulk delete ${run}) and load it again.`,
      cause: thrown,
      exitCode: EXIT.notFound,
    });
  });
  // It may have been stopped meanwhile.
  const now = waitSeconds > 0 ? await readRun(run, place) : record;
  if (messages.length === 0) return { leases: [], messages: 0, record: now };
  if (!isOpen(now) || now.key.edition !== record.key.edition) {
    await hideMessages(
      queueUrl,
      messages.map(({ handle }) => ({ handle, seconds: 0 })),
      place,
    );
    return { leases: [], messages: 0, record: now };
  }
  const leases = await claim(now, { worker, host, leaseMs }, messages, place);
  return { leases, messages: messages.length, record: now };
}

function isOpen(record: RunRecord | undefined): record is OpenRun {
  return record?.run.state === "OPEN" && record.queues !== undefined;
}
