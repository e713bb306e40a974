/** Payload records as items of the state table. */
import { gunzipSync, gzipSync } from "node:zlib";
import type { Lineage } from "../../payload/lineage.ts";
import { MOST_MESSAGES, partsOf } from "../../state/next-record.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import { hasEnded, isOpen, isState, mayMove, type State } from "../../state/states.ts";
import { fromItem, type Item, type Plain, toItem } from "./attribute-values.ts";
import { organisationKey, shardOf, sortKey, stateKey, waitingKey } from "./keys.ts";

/** Attributes that a record may lack. */
const OPTIONAL = [
  "organisation",
  "organisationKey",
  "waitsUntil",
  "startedAt",
  "endedAt",
  "error",
  "cause",
  "outputUrl",
  "unsettled",
] as const;

/** An item holds 400 kB, and a payload may have published thousands of items. */
const MOST_PLAIN_OUTPUTS = 16_000;

/** Those beyond it are in the output object alone: a record that is too large could never be written as ended. */
const MOST_PACKED_BYTES = 100_000;

/** What a write sets, and what it takes away. */
export interface Attributes {
  readonly set: Item;
  readonly remove: readonly string[];
}

/** All attributes of a record but its key, its steps and when it came into which state. */
export function recordAttributes(record: PayloadRecord): Attributes {
  const { payloadId, organisation } = record;
  const set = toItem({
    ...placement(record),
    organisation,
    organisationKey: organisation === undefined ? undefined : organisationKey(organisation, shardOf(payloadId)),
    version: record.version,
    attempt: record.attempt,
    execution: record.execution,
    created: record.created,
    claimedAt: record.claimedAt,
    waitsUntil: record.waitsUntil,
    startedAt: record.startedAt,
    ...ending(record),
    inputUrl: record.inputUrl,
    lineage: { depth: record.lineage.depth, ancestors: record.lineage.ancestors },
    effectsPending: record.effectsPending,
    // Oldest first: a claim adds its own at the end.
    messages: record.messages.toReversed(),
  });
  return { set, remove: OPTIONAL.filter((name) => set[name] === undefined) };
}

/** What says where the record is found in the indexes. */
export function placement(record: Pick<PayloadRecord, "payloadId" | "state" | "updated" | "effectsPending">) {
  const { payloadId, state, updated } = record;
  const shard = shardOf(payloadId);
  return {
    state,
    updated,
    stateKey: stateKey(partsOf(payloadId).workflow, state, shard),
    sortKey: sortKey(updated, payloadId),
    unsettled: isOpen(state) || record.effectsPending ? shard : state === "WAITING" ? waitingKey(shard) : undefined,
  };
}

/** The attribute that says when the payload last came into a state: the tally knows by it whom it has counted before. */
export function enteredAttribute(state: State): string {
  return `entered${state}`;
}

type Ending = Pick<PayloadRecord, "state" | "outputs"> &
  Partial<Pick<PayloadRecord, "endedAt" | "lastError" | "outputUrl">>;

/** What an execution leaves behind. */
export function ending({ state, endedAt, lastError, outputs, outputUrl }: Ending) {
  return {
    endedAt,
    endsAfter: endsAfter(state, endedAt),
    error: lastError?.error,
    cause: lastError?.cause,
    outputs: packOutputs(outputs),
    outputUrl,
  };
}

/** An end at this time in milliseconds, or before it, changes nothing any more. Texts of a time may differ. */
function endsAfter(state: State, endedAt = ""): number {
  if (!hasEnded(state)) return 0;
  return mayMove(state, "finish", "FAILED") ? Date.parse(endedAt) : Number.MAX_SAFE_INTEGER;
}

function packOutputs(outputs: readonly string[]): Plain {
  const size = outputs.reduce((sum, url) => sum + url.length, 0);
  if (size <= MOST_PLAIN_OUTPUTS) return outputs;
  let kept = outputs;
  let packed = gzipSync(JSON.stringify(kept));
  while (packed.length > MOST_PACKED_BYTES) {
    kept = kept.slice(0, Math.floor((kept.length * MOST_PACKED_BYTES * 0.9) / packed.length));
    packed = gzipSync(JSON.stringify(kept));
  }
  return packed;
}

interface StoredRecord {
  readonly pk: string;
  readonly organisation?: string;
  readonly state: string;
  readonly version: number;
  readonly attempt: number;
  readonly execution: string;
  readonly created: string;
  readonly updated: string;
  readonly claimedAt: string;
  readonly waitsUntil?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly outputs: readonly string[] | Uint8Array;
  readonly inputUrl: string;
  readonly outputUrl?: string;
  readonly lineage: Lineage;
  readonly effectsPending: boolean;
  readonly messages: readonly string[];
}

export function toRecord(item: Item): PayloadRecord {
  const { steps: _, ...attributes } = item;
  // Written by recordAttributes above and by nothing else.
  const stored = fromItem(attributes) as unknown as StoredRecord;
  return {
    payloadId: stored.pk,
    ...partsOf(stored.pk),
    organisation: stored.organisation,
    state: toState(stored.state),
    version: stored.version,
    attempt: stored.attempt,
    execution: stored.execution,
    created: stored.created,
    updated: stored.updated,
    claimedAt: stored.claimedAt,
    waitsUntil: stored.waitsUntil,
    startedAt: stored.startedAt,
    endedAt: stored.endedAt,
    lastError: stored.error === undefined ? undefined : { error: stored.error, cause: stored.cause ?? "" },
    outputs: unpackOutputs(stored.outputs),
    inputUrl: stored.inputUrl,
    outputUrl: stored.outputUrl,
    lineage: stored.lineage,
    effectsPending: stored.effectsPending,
    // A claim adds its message without looking at how many there are.
    messages: stored.messages.toReversed().slice(0, MOST_MESSAGES),
  };
}

export function toState(text: unknown): State {
  if (isState(text)) return text;
  throw new Error(`The state table holds the state "${text}", which this version of Cirrus does not know.`);
}

function unpackOutputs(outputs: readonly string[] | Uint8Array): readonly string[] {
  // Written by packOutputs above and by nothing else.
  return outputs instanceof Uint8Array ? (JSON.parse(gunzipSync(outputs).toString("utf8")) as string[]) : outputs;
}
