/** Finds the payloads in an event, whatever they are wrapped in: SQS, SNS, both, a Batch job's result, or nothing. */
import { createHash } from "node:crypto";
import { InvalidInput, type Problem } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { MAX_JSON_BYTES, parseBoundedJson } from "./bounded-json.ts";
import { findHazards } from "./hazards.ts";
import { explainProblems, mismatch } from "./problems.ts";

export type Extracted =
  | { readonly outcome: "payload"; readonly value: Json }
  /** The payload is an object elsewhere. Nothing is known of the URL yet but that it is a text. */
  | { readonly outcome: "url"; readonly url: string }
  | { readonly outcome: "unreadable"; readonly problems: readonly Problem[] };

export interface IncomingRecord {
  /** The SNS MessageId where there is one, else the SQS messageId, else a hash of the body. */
  readonly messageId: string;
  /** The SQS messageId, which a batch's failures are reported by; absent for records that no queue sent. */
  readonly itemIdentifier?: string;
  /** The record as it came. */
  readonly raw: string;
  /** How often the queue has handed the message out, this time included. */
  readonly receiveCount?: number;
  readonly extracted: Extracted;
}

export interface ExtractLimits {
  /** Bytes of one record's JSON. */
  readonly maxBytes: number;
}

/**
 * One record for each in the event, in order. Never throws: what cannot be read is a record of its own and no
 * trouble to its neighbours.
 */
export function extractRecords(
  event: unknown,
  limits: ExtractLimits = { maxBytes: MAX_JSON_BYTES },
): readonly IncomingRecord[] {
  const records: readonly unknown[] = isJsonObject(event) && Array.isArray(event.Records) ? event.Records : [event];
  return records.map((record) => extractRecord(record, limits));
}

/** For tasks, which take one payload at a time. Throws InvalidInput where the event holds none or several. */
export function extractOne(event: unknown, limits?: ExtractLimits): Extracted {
  const [record, ...others] = extractRecords(event, limits);
  if (record !== undefined && others.length === 0) return record.extracted;
  throw new InvalidInput(
    `found ${record === undefined ? "no payload" : `${others.length + 1} payloads`} in the event`,
    {
      where: "$.Records",
      hint: "Call a task with exactly one payload; only process takes a batch.",
    },
  );
}

interface Opened {
  readonly extracted: Extracted;
  /** The SNS MessageId, where an SNS envelope was opened. */
  readonly snsId?: string | undefined;
}

function extractRecord(record: unknown, limits: ExtractLimits): IncomingRecord {
  const sqs = isJsonObject(record) && (typeof record.body === "string" || record.eventSource === "aws:sqs");
  if (!sqs) {
    const raw = rawText(record);
    const { extracted, snsId } = openDirect(record, limits);
    return { messageId: snsId ?? sha256(raw), raw, extracted };
  }
  const raw = typeof record.body === "string" ? record.body : rawText(record.body);
  const { extracted, snsId } = openBody(record.body, limits);
  const queueId = nonEmptyText(record.messageId);
  const receiveCount = receiveCountOf(record);
  return {
    messageId: snsId ?? queueId ?? sha256(raw),
    raw,
    extracted,
    ...(queueId === undefined ? {} : { itemIdentifier: queueId }),
    ...(receiveCount === undefined ? {} : { receiveCount }),
  };
}

/** A record that is no SQS message: what Lambda got from SNS, or what a person or a state machine called it with. */
function openDirect(record: unknown, limits: ExtractLimits): Opened {
  const hazards = findHazards(record);
  if (hazards.length > 0) return { extracted: { outcome: "unreadable", problems: hazards } };
  // Without hazards it is JSON.
  const value = record as Json;
  if (isJsonObject(value) && isJsonObject(value.Sns)) return openNotification(value.Sns, ["Sns"], limits);
  return openValue(value, limits);
}

/** The body of an SQS message: a payload, or an SNS notification around one unless delivery is raw. */
function openBody(body: unknown, limits: ExtractLimits): Opened {
  if (typeof body !== "string") {
    return unreadable(["body"], body, "the message's text", "A record of a queue holds its message in body.");
  }
  const parsed = parseBoundedJson(body, limits.maxBytes);
  if ("problem" in parsed) return { extracted: { outcome: "unreadable", problems: [parsed.problem] } };
  return openValue(parsed.value, limits);
}

function openValue(value: Json, limits: ExtractLimits): Opened {
  if (!isJsonObject(value)) return unreadable([], value, "a payload: an object", "Send one payload per message.");
  if ("Message" in value) return openNotification(value, [], limits);
  return { extracted: payloadOrUrl(value) };
}

function openNotification(envelope: JsonObject, path: readonly PropertyKey[], limits: ExtractLimits): Opened {
  const snsId = nonEmptyText(envelope.MessageId);
  const message = envelope.Message;
  if (typeof message !== "string") {
    return {
      ...unreadable([...path, "Message"], message, "the notification's text", "SNS sends the payload as text."),
      snsId,
    };
  }
  const parsed = parseBoundedJson(message, limits.maxBytes);
  if ("problem" in parsed) return { snsId, extracted: { outcome: "unreadable", problems: [parsed.problem] } };
  const { value } = parsed;
  if (!isJsonObject(value))
    return { ...unreadable([], value, "a payload: an object", "Send one payload per message."), snsId };
  return { snsId, extracted: payloadOrUrl(value) };
}

/** `{url}`, the result of a Batch job (its parameters say where the payload is), or the payload itself. */
function payloadOrUrl(value: JsonObject): Extracted {
  if ("url" in value) {
    const url = nonEmptyText(value.url);
    if (url !== undefined) return { outcome: "url", url };
    return unreadable(["url"], value.url, "the URL of a payload", 'Write {"url": "s3://bucket/key.json"}.').extracted;
  }
  if (!isJsonObject(value.Parameters)) return { outcome: "payload", value };
  const { url_out, url } = value.Parameters;
  // A job without url_out writes its result over the payload that it was given.
  const result = nonEmptyText(url_out) ?? nonEmptyText(url);
  return result === undefined ? { outcome: "payload", value } : { outcome: "url", url: result };
}

function unreadable(path: readonly PropertyKey[], found: unknown, expected: string, hint: string): Opened {
  const problem = mismatch({ code: "not-a-payload", path, found, expected, hint });
  return { extracted: { outcome: "unreadable", problems: [problem] } };
}

function nonEmptyText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function receiveCountOf(record: JsonObject): number | undefined {
  const { attributes } = record;
  const count = isJsonObject(attributes) ? Number(attributes.ApproximateReceiveCount) : Number.NaN;
  return Number.isSafeInteger(count) && count > 0 ? count : undefined;
}

/** A value nested too deep for the serialiser, or without a form in JSON, is described instead. */
function rawText(value: unknown): string {
  if (typeof value === "string") return value;
  const hazards = findHazards(value);
  if (hazards.some(({ code }) => code === "too-deep" || code === "not-json-value")) return explainProblems(hazards);
  return JSON.stringify(value) ?? "";
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
