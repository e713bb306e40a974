/** The payload that runs when all are there: the items of the awaited payloads and of the members, each once. */
import pLimit from "p-limit";
import { InvalidInput } from "../../errors.ts";
import { type Json, utf8Length } from "../../json.ts";
import { MAX_JSON_BYTES } from "../../payload/bounded-json.ts";
import { compileChainFilter } from "../../payload/chain-filter.ts";
import { uniteItems } from "../../payload/fan-in.ts";
import { FIRST_LINK, type Lineage } from "../../payload/lineage.ts";
import { MEMBERS_MEMBER, type Member, type Payload, parsePayload } from "../../payload/payload.ts";
import type { StacItem } from "../../payload/stac-item.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import { storedJson } from "../settle/stored.ts";
import { type Lacks, type Look, type LookPorts, lookWithout, outputGone, outputUnreadable } from "./look.ts";
import { AT_ONCE, readMembers, type StoredMember } from "./members.ts";
import { ChainFilterTooCostly, FanInTooLarge } from "./refused.ts";

export interface Assembled {
  /** With the member that says whose items are in it. */
  readonly payload: Payload;
  readonly lineage: Lineage;
  /** Complete only where the outputs could be read too. */
  readonly look: Look;
}

/** `payload` says what to do; what has been found there by `look` says with which items. */
export async function assemble(payload: Payload, look: Look, ports: LookPorts): Promise<Assembled> {
  const records = look.awaited.flatMap((record) => (record?.state === "SUCCEEDED" ? [record] : []));
  const arrived = await readMembers(payload.id, ports);
  const outputs = await readOutputs(records, payload, ports);
  const lacks: Lacks = new Map(outputs.flatMap(({ id, lack }) => (lack === undefined ? [] : [[id, lack]])));
  const succeeded = new Set(outputs.map(({ id }) => id));
  // What an awaited payload brought with it may have been replaced since.
  const others = arrived.filter(({ id }) => !succeeded.has(id));
  const features = uniteItems([
    ...outputs.flatMap(({ items }) => items),
    ...others.flatMap((member) => member.payload.features),
  ]);
  refuseTooLarge(payload.id, bytesOf(features));
  const isIn = ({ id }: { readonly id: string }) => !lacks.has(id);
  return {
    payload: { ...payload, features, [MEMBERS_MEMBER]: membersOf(arrived.filter(isIn), outputs.filter(isIn)) },
    lineage: arrived.map(({ lineage }) => lineage).reduce(deeper, FIRST_LINK),
    look: lookWithout(lacks, look),
  };
}

/** What a payload that has SUCCEEDED gives: its items, or why they are not to be had. */
interface Given {
  readonly id: string;
  readonly items: readonly StacItem[];
  readonly lack?: string;
}

/** Some at a time, and no more of them than can run together. */
async function readOutputs(
  records: readonly PayloadRecord[],
  payload: Payload,
  ports: LookPorts,
): Promise<readonly Given[]> {
  const limit = pLimit(AT_ONCE);
  let bytes = 0;
  return Promise.all(
    records.map((record) =>
      limit(async () => {
        refuseTooLarge(payload.id, bytes);
        const given = await readGiven(record, payload, ports);
        bytes += bytesOf(given.items);
        return given;
      }),
    ),
  );
}

function bytesOf(items: readonly StacItem[]): number {
  return items.reduce((sum, item) => sum + utf8Length(JSON.stringify(item)), 0);
}

/** A task takes no larger payload. */
function refuseTooLarge(payloadId: string, bytes: number): void {
  if (bytes > MAX_JSON_BYTES) throw new FanInTooLarge(payloadId, `its items have ${bytes} bytes of ${MAX_JSON_BYTES}`);
}

/** One that was marked as SUCCEEDED by hand has no output, and gives nothing. */
async function readGiven(
  { payloadId: id, outputUrl }: PayloadRecord,
  payload: Payload,
  ports: LookPorts,
): Promise<Given> {
  if (outputUrl === undefined) return { id, items: [] };
  let output: Json | undefined;
  try {
    output = await storedJson(outputUrl, ports);
  } catch (thrown) {
    return { id, items: [], lack: outputUnreadable(thrown) };
  }
  if (output === undefined) return { id, items: [], lack: outputGone(outputUrl) };
  return { id, items: itemsOf(output, payload) };
}

/** Those of its newest output that go on to this definition. */
function itemsOf(output: Json, { id, process: [{ chain_filter: filter }] }: Payload): readonly StacItem[] {
  const parsed = parsePayload(output);
  if (!("payload" in parsed)) return [];
  const { features } = parsed.payload;
  if (filter === undefined) return features;
  const chosen = new Set(select(filter, features, id));
  return features.filter((item) => chosen.has(item));
}

function select(filter: string, features: readonly StacItem[], payloadId: string): readonly unknown[] {
  try {
    return compileChainFilter(filter).select(features);
  } catch (thrown) {
    throw thrown instanceof InvalidInput ? new ChainFilterTooCostly(payloadId, thrown) : thrown;
  }
}

function membersOf(arrived: readonly StoredMember[], given: readonly Given[]): readonly Member[] {
  const known = new Map<string, Member>(given.map(({ id }) => [id, { id }]));
  for (const { id, messages } of arrived) known.set(id, { id, messages });
  return [...known.values()];
}

/** The longest way that led here: a chain that never ends is known by its length. */
function deeper(a: Lineage, b: Lineage): Lineage {
  return b.depth > a.depth ? b : a;
}
