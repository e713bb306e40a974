/**
 * What follows the end of an execution: its event, an announcement per item, and the next payloads of its chain. All of
 * it is derived from the record and the stored output, with IDs that are the same each time, so that it can be done again.
 */
import { createHash } from "node:crypto";
import { isoTime } from "../../clock.ts";
import { TransientError } from "../../errors.ts";
import type { Announcement } from "../../events/announcements.ts";
import type { OutgoingMessage } from "../../events/intake.ts";
import { itemAnnouncement } from "../../events/item-announcement.ts";
import type { Rejection } from "../../events/rejections.ts";
import { workflowEvent } from "../../events/workflow-event.ts";
import { canonicalJson, isJsonObject, type Json } from "../../json.ts";
import { type NextPayload, nextPayloads } from "../../payload/chain.ts";
import { fitsInline } from "../../payload/oversize.ts";
import { parsePayload } from "../../payload/payload.ts";
import { explainProblems } from "../../payload/problems.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import type { FunctionPorts } from "../ports.ts";
import { together } from "../together.ts";
import { failuresOf, publishAll, type SendFailure } from "./announce.ts";
import { storedJson } from "./stored.ts";

export interface Ended {
  readonly record: PayloadRecord;
  readonly output: Json | undefined;
}

/** All that one end is followed by. */
interface Effects {
  readonly record: PayloadRecord;
  readonly announcements: readonly Announcement[];
  readonly messages: readonly OutgoingMessage[];
}

/**
 * Of several ends at once, so that a batch is as many calls as one. Results come in the order of the ends: one that is
 * rejected has something still to be done, and its `effectsPending` stays set.
 */
export async function performEffects(
  ended: readonly Ended[],
  ports: FunctionPorts,
): Promise<readonly PromiseSettledResult<PayloadRecord>[]> {
  const prepared = await Promise.allSettled(ended.map((one) => prepare(one, ports)));
  const ready = prepared.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const [published, sent] = await Promise.allSettled([
    publishAll(
      ready.flatMap(({ announcements }) => announcements),
      ports,
    ),
    sendAll(
      ready.flatMap(({ messages }) => messages),
      ports,
    ),
  ]);
  const concluded = await Promise.allSettled(
    prepared.map(async (one) => {
      if (one.status === "rejected") throw one.reason;
      if (published.status === "rejected") throw published.reason;
      if (sent.status === "rejected") throw sent.reason;
      await keepRefused(one.value, published.value, sent.value, ports);
      return one.value.record;
    }),
  );
  return markDone(concluded, ports);
}

/** Keeps what cannot follow, and stores what is too large to be sent. */
async function prepare({ record, output }: Ended, ports: FunctionPorts): Promise<Effects> {
  const parsed = record.state === "SUCCEEDED" && output !== undefined ? parsePayload(output) : undefined;
  const payload = parsed && "payload" in parsed ? parsed.payload : undefined;
  const next = payload ? nextPayloads({ ...record, output: payload }) : [];
  const rejections = [
    ...next.flatMap((one) => rejectedLink(one, record)),
    ...(await unusableOutput(record, output, ports)),
  ];
  if (rejections.length > 0) await ports.rejections.record(rejections);
  const chained = next.filter((one) => one.outcome === "chained");
  return {
    record,
    announcements: [
      endEvent(record),
      ...(payload?.features.map((item, index) => itemAnnouncement(item, `${record.execution}/item/${index}`)) ?? []),
      ...next.flatMap((one) => chainEvent(one, record)),
    ],
    messages: await Promise.all(chained.map((one) => chainMessage(one, ports))),
  };
}

/** What is refused for ever is kept where people see it; anything else that did not go out is to be done again. */
async function keepRefused(
  { record, announcements, messages }: Effects,
  unpublished: ReadonlyMap<Announcement, SendFailure>,
  unsent: ReadonlyMap<OutgoingMessage, SendFailure>,
  ports: FunctionPorts,
): Promise<void> {
  const failures = [
    ...failedOf("announcement", announcements, unpublished),
    ...failedOf("chained payload", messages, unsent),
  ];
  const passing = failures.filter(({ failure }) => failure.transient);
  const [first] = passing;
  if (first) throw new TransientError(`${passing.length} ${first.what}s not sent: ${first.failure.message}`);
  const refused = failures.map(({ what, id, body, failure }) => {
    const code = what === "announcement" ? "announcement-refused" : "chain-refused";
    return rejection(record, code, `The ${what} ${id} was refused: ${failure.message}`, body);
  });
  if (refused.length > 0) await ports.rejections.record(refused);
}

function failedOf<T extends { readonly id: string; readonly body: string }>(
  what: "announcement" | "chained payload",
  all: readonly T[],
  failures: ReadonlyMap<T, SendFailure>,
) {
  return all.flatMap((one) => {
    const failure = failures.get(one);
    return failure ? [{ what, id: one.id, body: one.body, failure }] : [];
  });
}

async function markDone(
  concluded: readonly PromiseSettledResult<PayloadRecord>[],
  { state }: FunctionPorts,
): Promise<readonly PromiseSettledResult<PayloadRecord>[]> {
  const out = concluded.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const marked = await together(out, async (records) => {
    await state.effectsDone(records.map(({ payloadId, version }) => ({ payloadId, expected: version })));
    return records;
  });
  const marks = marked.values();
  return concluded.map((one) => (one.status === "rejected" ? one : (marks.next().value ?? one)));
}

function endEvent(record: PayloadRecord): Announcement {
  const timedOut = record.state === "FAILED" && record.lastError?.error === "TimedOutError";
  const type = timedOut ? "TIMED_OUT" : record.state;
  if (type === "WAITING" || type === "CLAIMED" || type === "PROCESSING")
    throw new Error(`${record.payloadId} is ${type}: it has not ended`);
  return workflowEvent({
    type,
    at: record.endedAt ?? record.updated,
    payloadId: record.payloadId,
    execution: record.execution,
    inputPayloadUrl: record.inputUrl,
    outputPayloadUrl: record.outputUrl,
    error: record.lastError && `${record.lastError.error}: ${record.lastError.cause}`,
  });
}

function chainEvent(next: NextPayload, record: PayloadRecord): Announcement[] {
  if (next.outcome === "chained") return [];
  const type = next.outcome === "empty" ? "CHAIN_ENDED" : "CHAIN_REJECTED";
  return [
    workflowEvent({
      type,
      at: record.endedAt ?? record.updated,
      payloadId: record.payloadId,
      execution: record.execution,
      reason: next.reason,
    }),
  ];
}

function rejectedLink(next: NextPayload, record: PayloadRecord): Rejection[] {
  if (next.outcome !== "rejected") return [];
  return [{ ...rejection(record, next.code, next.reason, next.raw), payloadId: next.payloadId }];
}

/** An output that should have been a payload, but is none, must not end a chain or withhold its items in silence. */
async function unusableOutput(
  record: PayloadRecord,
  output: Json | undefined,
  ports: FunctionPorts,
): Promise<Rejection[]> {
  if (record.state !== "SUCCEEDED" || record.outputUrl === undefined) return [];
  if (output === undefined) {
    const reason = `The output at ${record.outputUrl} was removed before its items were announced and its chain went on.`;
    return [rejection(record, "output-removed", reason, canonicalJson({ url: record.outputUrl }))];
  }
  const parsed = parsePayload(output);
  if ("payload" in parsed) return [];
  const meant = claimsToBePayload(output) || hasChain(await storedJson(record.inputUrl, ports));
  if (!meant) return [];
  const reason = `The output of workflow ${record.workflow} is not a process payload, so its items are not announced and no chain goes on. Let its last state return the payload.\n${explainProblems(parsed.problems)}`;
  return [rejection(record, "output-not-a-payload", reason, canonicalJson(output))];
}

function claimsToBePayload(value: Json): boolean {
  return isJsonObject(value) && value.type === "FeatureCollection";
}

function hasChain(input: Json | undefined): boolean {
  return isJsonObject(input) && Array.isArray(input.process) && input.process.length > 1;
}

async function sendAll(
  messages: readonly OutgoingMessage[],
  { intake }: FunctionPorts,
): Promise<ReadonlyMap<OutgoingMessage, SendFailure>> {
  return new Map(messages.length === 0 ? [] : failuresOf(messages, await intake.send(messages)));
}

/** A payload too large for a message travels as an object; its key is its content, so that a repeat stores nothing new. */
async function chainMessage(
  next: Extract<NextPayload, { outcome: "chained" }>,
  ports: FunctionPorts,
): Promise<OutgoingMessage> {
  const body = canonicalJson(next.payload);
  if (fitsInline(next.payload)) return { id: next.effect, body };
  const url = ports.payloads.urls.oversized(createHash("sha256").update(body).digest("hex"));
  await ports.objects.put(url, body, { contentType: "application/json" });
  return { id: next.effect, body: JSON.stringify({ url }) };
}

function rejection(record: PayloadRecord, code: string, reason: string, raw: string): Rejection {
  const id = createHash("sha256").update(`${record.execution}\n${code}\n${raw}`).digest("hex").slice(0, 32);
  return { id, at: record.endedAt ?? isoTime(0), code, reason, payloadId: record.payloadId, raw };
}
