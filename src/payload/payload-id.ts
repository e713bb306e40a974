/** The payload ID: `{collections}/workflow-{workflow}/{item IDs}`. It names the outputs and is the key of idempotence. */
import { createHash } from "node:crypto";
import { isJsonObject, type Json } from "../json.ts";

/** Bytes of UTF-8. DynamoDB's sort key holds 1,024, an S3 key too, and ours carry a prefix and an execution. */
export const MAX_ID_BYTES = 900;

/** A workflow is a state machine, a folder and a part of the ID: no `_`, no `/`. */
export const WORKFLOW_NAME = /^[A-Za-z][A-Za-z0-9-]{0,79}$/;

export interface PayloadIdParts {
  readonly workflow: string;
  /** Takes the place of the items' own collections. */
  readonly collections?: string | undefined;
  readonly features: readonly { readonly id: string; readonly collection?: string | null | undefined }[];
}

/**
 * The ID of a payload that brings none.
 *
 * @example payloadId({ workflow: "cog", features: [{ id: "b", collection: "s2" }, { id: "a", collection: "s2" }] })
 * // "s2/workflow-cog/a/b"
 */
export function payloadId({ workflow, collections, features }: PayloadIdParts): string {
  const own = features.flatMap((item) => (item.collection ? [item.collection] : []));
  const joined = collections ?? sortByCodePoint([...new Set(own)]).join("/");
  const itemids = sortByCodePoint(features.map((item) => item.id)).join("/");
  return `${joined || "none"}/workflow-${workflow}/${itemids}`;
}

export interface ParsedPayloadId {
  readonly collections: string;
  readonly workflow: string;
  readonly itemids: string;
}

/** Undefined where the three parts are not there, or where `/workflow-` twice leaves two ways to read them. */
export function parsePayloadId(id: string): ParsedPayloadId | undefined {
  const [collections, rest, ...more] = id.split("/workflow-");
  if (!collections || rest === undefined || more.length > 0) return undefined;
  const slash = rest.indexOf("/");
  if (slash < 1 || slash === rest.length - 1) return undefined;
  return { collections, workflow: rest.slice(0, slash), itemids: rest.slice(slash + 1) };
}

/** The ID that a document says it has, be the rest of it a payload or not: what an execution was given, for one. */
export function writtenId(document: Json | undefined): string | undefined {
  return isJsonObject(document) && typeof document.id === "string" ? document.id : undefined;
}

/**
 * The name of a payload's execution, known before it is started: whoever tries again tries the same name, and
 * Step Functions refuses a second one. `attempt` is 1 for the first execution.
 */
export function executionName(payloadId: string, attempt: number): string {
  return uuid5(NAMESPACE_URL, attempt === 1 ? `${payloadId}/[]` : `${payloadId}/${attempt}`);
}

/** RFC 9562, appendix: the namespace of URLs. */
export const NAMESPACE_URL = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";

/** A name-based UUID (RFC 9562, version 5): the same text for the same name, everywhere. */
export function uuid5(namespace: string, name: string): string {
  const digest = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name, "utf8")
    .digest();
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString("hex", 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** UTF-8 bytes sort as code points do; JavaScript's own order (UTF-16) differs for characters above U+FFFF. */
export function sortByCodePoint(texts: readonly string[]): string[] {
  return texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
