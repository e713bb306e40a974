/**
 * Follows messages until all that came of them has ended: the payload each became, and the payloads chained from it.
 * It looks at the stores only, so it does not matter which process does the work.
 */
import type { MessageLog, MessageOutcome } from "../embedded/messages/message-log.ts";
import type { Json } from "../json.ts";
import { nextPayloads } from "../payload/chain.ts";
import { isObjectUrl, type ObjectStore } from "../payload/object-store.ts";
import { parsePayload } from "../payload/payload.ts";
import type { PayloadRecord, StateStore } from "../state/state-store.ts";
import { hasEnded } from "../state/states.ts";

export interface Followed {
  /** A file's name, or the payload ID of the link before. */
  readonly source: string;
  /** 0 for what was published, one more for each link of a chain. */
  readonly depth: number;
  readonly message: string;
  readonly payloadId?: string | undefined;
  /** What `process` made of the message; absent while it waits. */
  readonly outcome?: MessageOutcome | undefined;
  readonly record?: PayloadRecord | undefined;
  readonly settled: boolean;
}

interface Entry {
  readonly source: string;
  readonly depth: number;
  readonly message: string;
  readonly children: Entry[];
  /** What the message is expected to become. */
  readonly expected?: string;
  payloadId?: string | undefined;
  outcome?: MessageOutcome | undefined;
  record?: PayloadRecord | undefined;
  settled: boolean;
}

export interface Follower {
  add(source: string, message: string): void;
  /** A payload that was not sent because it has ended before. */
  addEnded(source: string, payloadId: string, reason: string): void;
  /** The state of everything now: parents before what was chained from them. */
  look(): Promise<readonly Followed[]>;
}

export interface Outcomes {
  /** `payloadId`: of the payload that the message carries, where that is known. */
  get(message: string, payloadId?: string): ReturnType<MessageLog["get"]>;
}

export interface FollowPorts {
  readonly state: Pick<StateStore, "get">;
  readonly objects: Pick<ObjectStore, "get">;
  readonly messages: Outcomes;
  /** false: what is chained after a payload is not followed. */
  readonly chains?: boolean;
}

/** What is looked at again meanwhile: the last payload that was awaited has ended, and what waits is about to be woken. */
const PATIENT_LOOKS = 10;

export function makeFollower(ports: FollowPorts): Follower {
  const roots: Entry[] = [];
  let waitingLooks = 0;

  /** What waits for payloads that are not followed may wait for days. */
  function endWaiting(entries: readonly Entry[]): void {
    const open = entries.filter(({ settled }) => !settled);
    const allWait = open.length > 0 && open.every(({ record }) => record?.state === "WAITING");
    waitingLooks = allWait ? waitingLooks + 1 : 0;
    if (waitingLooks > PATIENT_LOOKS) for (const entry of open) entry.settled = true;
  }

  async function update(entry: Entry): Promise<void> {
    if (!entry.settled) await settle(entry, ports);
    for (const child of entry.children) await update(child);
  }

  return {
    add: (source, message) => void roots.push({ source, depth: 0, message, children: [], settled: false }),
    addEnded: (source, payloadId, reason) => {
      const outcome = { message: `${payloadId} (not sent)`, outcome: "skipped", at: "", payloadId, reason } as const;
      roots.push({ source, depth: 0, message: outcome.message, outcome, children: [], settled: false });
    },
    async look() {
      for (const root of roots) await update(root);
      endWaiting(roots.flatMap(withChildren));
      return roots.flatMap(withChildren).map(({ children: _, expected: __, ...followed }) => followed);
    },
  };
}

async function settle(entry: Entry, ports: FollowPorts): Promise<void> {
  entry.outcome ??= await ports.messages.get(entry.message, entry.expected);
  if (!entry.outcome) return;
  entry.payloadId = entry.outcome.payloadId;
  if (entry.outcome.outcome === "rejected" || entry.payloadId === undefined) {
    entry.settled = true;
    return;
  }
  [entry.record] = await ports.state.get([entry.payloadId]);
  const { record } = entry;
  entry.settled = record === undefined || (hasEnded(record.state) && !record.effectsPending);
  if (entry.settled && record && ports.chains !== false)
    entry.children.push(...(await childrenOf(entry, record, ports)));
}

async function childrenOf(entry: Entry, record: PayloadRecord, { objects }: FollowPorts): Promise<Entry[]> {
  if (record.state !== "SUCCEEDED" || !isObjectUrl(record.outputUrl)) return [];
  const found = await objects.get(record.outputUrl);
  if (found.outcome !== "found") return [];
  const parsed = parsePayload(JSON.parse(Buffer.from(found.body).toString("utf8")) as Json);
  if (!("payload" in parsed)) return [];
  const base = { source: record.payloadId, depth: entry.depth + 1, children: [] };
  return nextPayloads({ ...record, output: parsed.payload }).map((next): Entry => {
    if (next.outcome === "chained") {
      return { ...base, message: next.effect, expected: next.payloadId, children: [], settled: false };
    }
    const outcome = { message: next.effect, at: record.updated, reason: next.reason, payloadId: undefined };
    return {
      ...base,
      children: [],
      message: next.effect,
      outcome: { ...outcome, outcome: next.outcome === "empty" ? "skipped" : "rejected" },
      settled: true,
    };
  });
}

function withChildren(entry: Entry): Entry[] {
  return [entry, ...entry.children.flatMap(withChildren)];
}
