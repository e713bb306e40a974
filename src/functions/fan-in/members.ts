/**
 * The members of a fan-in: what has arrived for a payload that waits for others, an object each. They are kept before
 * anybody looks whether all are there: so whoever looks last sees them all, in whatever order they came.
 */
import pLimit from "p-limit";
import { isoTime } from "../../clock.ts";
import { asJson, canonicalJson } from "../../json.ts";
import { MAX_JSON_BYTES } from "../../payload/bounded-json.ts";
import { memberId } from "../../payload/fan-in.ts";
import type { Lineage } from "../../payload/lineage.ts";
import type { Payload } from "../../payload/payload.ts";
import { executionName } from "../../payload/payload-id.ts";
import type { FunctionPorts } from "../ports.ts";
import { storedJson } from "../settle/stored.ts";
import { FanInTooLarge } from "./refused.ts";

export interface StoredMember {
  /** ID of the payload that arrived. */
  readonly id: string;
  /** When it came for the first time, and with its present items. */
  readonly arrived: string;
  readonly renewed: string;
  /** The messages by which it came, newest first: one that comes twice is known by them. */
  readonly messages: readonly string[];
  readonly lineage: Lineage;
  readonly payload: Payload;
}

export interface Arrival {
  readonly payload: Payload;
  readonly lineage: Lineage;
  readonly message: string;
}

type MemberPorts = Pick<FunctionPorts, "objects" | "payloads">;

/** An earlier message that comes again must not bring back what a later one has replaced. */
const MOST_MESSAGES = 10;

export async function keepArrival(
  { payload, lineage, message }: Arrival,
  ports: MemberPorts & Pick<FunctionPorts, "clock">,
): Promise<void> {
  const id = memberId(payload.id, { definition: payload.process[0], features: payload.features, lineage });
  const url = ports.payloads.urls.awaits(payload.id).member(id);
  const before = await readMember(url, ports);
  if (before?.messages.includes(message)) return;
  const now = isoTime(ports.clock.now());
  if (before !== undefined && isOfEarlierRun(id, message, before.messages[0])) return;
  const messages = [message, ...(before?.messages ?? [])].slice(0, MOST_MESSAGES);
  const member = { id, arrived: before?.arrived ?? now, renewed: now, messages, lineage, payload };
  await ports.objects.put(url, canonicalJson(asJson(member)), { contentType: "application/json" });
}

/** A payload that has run more often is told apart from its earlier runs no more. */
const MOST_ATTEMPTS = 1_000;

/** A chain's message begins with the execution that sent it. One that was held up must not replace what a later run brought. */
function isOfEarlierRun(id: string, message: string, known = ""): boolean {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const sent = `${executionName(id, attempt)}/`;
    if (known.startsWith(sent)) return false;
    if (message.startsWith(sent)) return true;
  }
  return false;
}

/** So many are read at a time. */
export const AT_ONCE = 25;

/** Bytes as they are stored. The items of all have to fit into memory, and into what a task takes. */
const MOST_BYTES = 4 * MAX_JSON_BYTES;

/** In the order of their IDs; of many only so many, whichever they are. */
export async function readMembers(
  payloadId: string,
  ports: MemberPorts,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly StoredMember[]> {
  const limit = pLimit(AT_ONCE);
  const urls: string[] = [];
  let bytes = 0;
  for await (const { url, size } of ports.objects.list(ports.payloads.urls.awaits(payloadId).members)) {
    bytes += size;
    if (urls.length >= most || (bytes > MOST_BYTES && Number.isFinite(most))) break;
    if (bytes > MOST_BYTES) throw new FanInTooLarge(payloadId, `more than ${MOST_BYTES} bytes`);
    urls.push(url);
  }
  const reads = urls.map((url) => limit(() => readMember(url, ports)));
  const members = (await Promise.all(reads)).flatMap((member) => member ?? []);
  return members.toSorted((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
}

export async function countMembers(payloadId: string, { objects, payloads }: MemberPorts): Promise<number> {
  let count = 0;
  for await (const _ of objects.list(payloads.urls.awaits(payloadId).members)) count += 1;
  return count;
}

async function readMember(url: string, ports: MemberPorts): Promise<StoredMember | undefined> {
  // Written by keepArrival above and by nothing else.
  return (await storedJson(url, ports)) as unknown as StoredMember | undefined;
}
