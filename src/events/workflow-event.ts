/** What happened to a payload, as a message for whoever listens on the workflow-event topic. */
import { canonicalJson, type JsonObject } from "../json.ts";
import { cutBytes, cutText, singleLine } from "../payload/cut.ts";
import { parsePayloadId, uuid5 } from "../payload/payload-id.ts";
import type { Announcement, AttributeValue } from "./announcements.ts";

export const WORKFLOW_EVENT_TYPES = [
  "CLAIMED_PROCESSING",
  "STARTED_PROCESSING",
  /** A payload has arrived that waits for others. */
  "WAITING",
  "ALREADY_INVALID",
  "ALREADY_PROCESSING",
  "ALREADY_CLAIMED",
  "ALREADY_SUCCEEDED",
  /** Only for a message that comes twice: another one would run the payload again. */
  "ALREADY_FAILED",
  "ALREADY_ABORTED",
  "DUPLICATE_ID_ENCOUNTERED",
  "FAILED",
  "TIMED_OUT",
  "SUCCEEDED",
  "INVALID",
  "ABORTED",
  "RECORD_EXTRACT_FAILED",
  "NOT_A_PROCESS_PAYLOAD",
  /** A chain_filter, or the output itself, left no item for a next workflow. */
  "CHAIN_ENDED",
  /** A next payload was not sent: a loop, too many links, or no payload at all. */
  "CHAIN_REJECTED",
] as const;
export type WorkflowEventType = (typeof WORKFLOW_EVENT_TYPES)[number];

export interface WorkflowEventFields {
  readonly type: WorkflowEventType;
  /** When it happened, ISO 8601: the execution's own time where it has one, so that a repeated event is the same event. */
  readonly at: string;
  /** Absent where a message was no payload. */
  readonly payloadId?: string | undefined;
  readonly inputPayloadUrl?: string | undefined;
  readonly outputPayloadUrl?: string | undefined;
  readonly execution?: string | undefined;
  readonly error?: string | undefined;
  readonly reason?: string | undefined;
}

/** Bytes of one text in the body: several of them stay well below SNS's 256 KiB. */
const MAX_TEXT_BYTES = 32_768;
/** Characters. An attribute is there to be filtered by, the body has the whole text. */
const MAX_ATTRIBUTE = 256;

/** The same fields give the same announcement, ID included. */
export function workflowEvent(fields: WorkflowEventFields): Announcement {
  const { type, at, payloadId, inputPayloadUrl, outputPayloadUrl, execution, error, reason } = fields;
  // JSON.stringify leaves out the members that are undefined.
  const body: JsonObject = {
    event_type: type,
    payload_id: shorten(payloadId),
    isotimestamp: at,
    input_payload_url: inputPayloadUrl,
    output_payload_url: outputPayloadUrl,
    execution,
    error: shorten(error),
    reason: shorten(reason),
  };
  return {
    topic: "workflow-event",
    id: uuid5(NAMESPACE, canonicalJson(body)),
    body: JSON.stringify(body),
    attributes: attributesOf(type, payloadId, error),
  };
}

/** The namespace of workflow events' IDs: chosen once, at random. */
const NAMESPACE = "5d0b4f1e-0f4c-4a63-9d0e-7c1f2f7d6a51";

function shorten(text: string | undefined): string | undefined {
  return text === undefined ? undefined : cutBytes(text, MAX_TEXT_BYTES);
}

function attributesOf(type: string, payloadId: string | undefined, error: string | undefined) {
  const parts = payloadId === undefined ? undefined : parsePayloadId(payloadId);
  const texts = { event_type: type, workflow: parts?.workflow, collections: parts?.collections, error };
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, text] of Object.entries(texts)) {
    const value = cutText(singleLine(text ?? ""), MAX_ATTRIBUTE);
    if (value !== "") attributes[name] = { type: "String", value };
  }
  return attributes;
}
