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
import { publishAll } from "./announce.ts";
import { storedJson } from "./stored.ts";

/** Throws TransientError where something is still to be done; then `effectsPending` stays set. */
export async function performEffects(
  record: PayloadRecord,
  output: Json | undefined,
  ports: FunctionPorts,
): Promise<void> {
  const parsed = record.state === "SUCCEEDED" && output !== undefined ? parsePayload(output) : undefined;
  const payload = parsed && "payload" in parsed ? parsed.payload : undefined;
  const next = payload ? nextPayloads({ ...record, output: payload }) : [];

  const announcements = [
    endEvent(record),
    ...(payload?.features.map((item, index) => itemAnnouncement(item, `${record.execution}/item/${index}`)) ?? []),
    ...next.flatMap((one) => chainEvent(one, record)),
  ];
  const rejections = [
    ...next.flatMap((one) => rejectedLink(one, record)),
    ...(await unusableOutput(record, output, ports)),
  ];
  if (rejections.length > 0) await ports.rejections.record(rejections);

  const [refused] = await Promise.all([publishAll(announcements, ports), sendNext(next, record, ports)]);
  if (refused.length > 0) {
    await ports.rejections.record(
      refused.map(({ announcement, message }) =>
        rejection(
          record,
          "announcement-refused",
          `The announcement ${announcement.id} was refused: ${message}`,
          announcement.body,
        ),
      ),
    );
  }
  await ports.state.effectsDone([{ payloadId: record.payloadId, expected: record.version }]);
}

function endEvent(record: PayloadRecord): Announcement {
  const timedOut = record.state === "FAILED" && record.lastError?.error === "TimedOutError";
  const type = timedOut ? "TIMED_OUT" : record.state;
  if (type === "CLAIMED" || type === "PROCESSING") throw new Error(`${record.payloadId} is ${type}: it has not ended`);
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
  if (record.state !== "SUCCEEDED" || output === undefined) return [];
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

async function sendNext(next: readonly NextPayload[], record: PayloadRecord, ports: FunctionPorts): Promise<void> {
  const chained = next.filter((one) => one.outcome === "chained");
  if (chained.length === 0) return;
  const messages = await Promise.all(chained.map((one) => chainMessage(one, ports)));
  const outcomes = await ports.intake.send(messages);
  const refused: Rejection[] = [];
  for (const [index, message] of messages.entries()) {
    const outcome = outcomes[index];
    if (outcome?.outcome === "sent") continue;
    if (!outcome || outcome.transient)
      throw new TransientError(`chained payload ${message.id} not sent: ${outcome?.message ?? "no outcome"}`);
    refused.push(
      rejection(
        record,
        "chain-refused",
        `The chained payload ${message.id} was refused: ${outcome.message}`,
        message.body,
      ),
    );
  }
  if (refused.length > 0) await ports.rejections.record(refused);
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
