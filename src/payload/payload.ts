/** The payload: items and what to do with them. It is checked once, here; everything after this may trust it. */
import type { Problem } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject, utf8Length } from "../json.ts";
import { findHazards } from "./hazards.ts";
import { FIRST_LINK, type Lineage } from "./lineage.ts";
import { MAX_ID_BYTES, parsePayloadId, payloadId } from "./payload-id.ts";
import { CHAIN_MEMBER, REASON_MEMBER, schemaProblems } from "./payload-schema.ts";
import { jsonPath, mismatch } from "./problems.ts";
import { normaliseDefinition, type ProcessDefinition } from "./process-definition.ts";
import type { StacItem } from "./stac-item.ts";

export { CHAIN_MEMBER, REASON_MEMBER } from "./payload-schema.ts";
export type { CollectionMatcher, ProcessDefinition, UploadOptions } from "./process-definition.ts";

export interface Payload extends JsonObject {
  readonly type: "FeatureCollection";
  readonly id: string;
  readonly features: readonly StacItem[];
  /** The first is what happens now; each of the others is where a chain goes on, to one workflow or to several. */
  readonly process: readonly [ProcessDefinition, ...(ProcessDefinition | readonly ProcessDefinition[])[]];
}

export interface ChainLink extends JsonObject {
  readonly depth: number;
  readonly ancestors: readonly string[];
  /** ID of the effect that sent the payload, so that a payload sent twice is known by it. */
  readonly effect?: string;
}

export type ParsedPayload =
  | { readonly payload: Payload; readonly lineage: Lineage; readonly effect?: string; readonly reason?: string }
  | { readonly problems: readonly Problem[]; readonly payloadId?: string };

/** Takes a value from outside for a payload, or says everything that is wrong with it. Never throws. */
export function parsePayload(value: unknown): ParsedPayload {
  const hazards = findHazards(value);
  if (!isJsonObject(value)) return { problems: [...hazards, ...schemaProblems(value)] };
  const given =
    typeof value.id === "string" && value.id !== "" && value.id.isWellFormed() && utf8Length(value.id) <= MAX_ID_BYTES
      ? { payloadId: value.id }
      : {};
  const problems = [...hazards, ...schemaProblems(value)];
  if (problems.length > 0) return { problems, ...given };

  const payload = normalise(value);
  const wrongId = idProblems(payload, value.id !== undefined);
  if (wrongId.length > 0) return { problems: wrongId, ...given };
  const reason = value[REASON_MEMBER];
  return { payload, ...lineageOf(value[CHAIN_MEMBER]), ...(typeof reason === "string" && { reason }) };
}

/** `value` has passed the schema. */
function normalise(value: JsonObject): Payload {
  const { [CHAIN_MEMBER]: _link, [REASON_MEMBER]: _reason, ...members } = value;
  // Each `as` states what the schema has checked.
  const given = value as Partial<Pick<Payload, "id" | "features">>;
  const process = normaliseProcess(value.process as JsonObject | Payload["process"]);
  const features = given.features ?? [];
  const { workflow, collections } = process[0];
  const id = given.id ?? payloadId({ workflow, collections, features });
  return { ...members, type: "FeatureCollection", id, features, process };
}

function normaliseProcess(process: JsonObject | Payload["process"]): Payload["process"] {
  if (!isList(process)) return [normaliseDefinition(process)];
  const [first, ...later] = process;
  const next = later.map((element) =>
    isList(element) ? element.map(normaliseDefinition) : normaliseDefinition(element),
  );
  return [normaliseDefinition(first), ...next];
}

/** Array.isArray does not tell a readonly array from an object. */
function isList<T, L extends readonly unknown[]>(value: T | L): value is L {
  return Array.isArray(value);
}

/** Control characters and U+FFFE, U+FFFF: SQS and Step Functions refuse them in texts and names. */
const UNSTORABLE = /[\p{Cc}\ufffe\uffff]/u;

function idProblems({ id, features, process }: Payload, given: boolean): Problem[] {
  const wrong = (expected: string, hint: string, path: readonly PropertyKey[] = ["id"], found: unknown = id) => [
    mismatch({ code: "bad-payload-id", path, found, expected, hint }),
  ];
  if (!given && features.length === 0) {
    return wrong(
      "at least one item, or a payload ID",
      "Add an item, or give the payload an id of its own.",
      ["features"],
      features,
    );
  }
  if (UNSTORABLE.test(id)) {
    return wrong(
      "a payload ID without control characters",
      given ? "Remove them." : "Remove them from the items' IDs and collections.",
    );
  }
  if (utf8Length(id) > MAX_ID_BYTES) {
    const hint = given
      ? "Shorten it."
      : "Give the payload a shorter id of its own, or send fewer items in one payload.";
    return wrong(`a payload ID of at most ${MAX_ID_BYTES} bytes (this one has ${utf8Length(id)})`, hint);
  }
  const parts = parsePayloadId(id);
  if (parts === undefined) {
    return wrong(
      "{collections}/workflow-{workflow}/{items}, with /workflow- once",
      "Leave the id out to have it made from the items.",
    );
  }
  const { workflow } = process[0];
  if (parts.workflow === workflow) return [];
  return wrong(
    `a payload ID of workflow ${workflow}, which ${jsonPath(["process", 0, "workflow"])} names`,
    "Correct one of the two, or leave the id out.",
  );
}

/** `link` has passed the schema. */
function lineageOf(link: Json | undefined): { readonly lineage: Lineage; readonly effect?: string } {
  if (link === undefined) return { lineage: FIRST_LINK };
  const { depth, ancestors, effect } = link as ChainLink;
  return { lineage: { depth, ancestors }, ...(effect === undefined ? {} : { effect }) };
}
