/** The payload: items and what to do with them. It is checked once, here; everything after this may trust it. */
import { InvalidInput, type Problem } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject, utf8Length } from "../json.ts";
import { fanInId } from "./fan-in.ts";
import { findHazards } from "./hazards.ts";
import { FIRST_LINK, type Lineage } from "./lineage.ts";
import { MAX_ID_BYTES, parsePayloadId, payloadId } from "./payload-id.ts";
import { CHAIN_MEMBER, MEMBERS_MEMBER, REASON_MEMBER, schemaProblems } from "./payload-schema.ts";
import { jsonPath, mismatch } from "./problems.ts";
import { normaliseDefinition, type ProcessDefinition } from "./process-definition.ts";
import type { StacItem } from "./stac-item.ts";

export type { Await } from "./await.ts";
export { CHAIN_MEMBER, MEMBERS_MEMBER, REASON_MEMBER } from "./payload-schema.ts";
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

/** One of those whose items are in a payload that others were awaited for. */
export interface Member extends JsonObject {
  readonly id: string;
  /** The messages by which it came, newest first. */
  readonly messages?: readonly string[];
}

export type ParsedPayload =
  | {
      readonly payload: Payload;
      readonly lineage: Lineage;
      readonly effect?: string;
      readonly reason?: string;
      /** Set in a payload that is to look at what has arrived, and is no arrival itself. */
      readonly members?: readonly Member[];
    }
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

  const link = lineageOf(value[CHAIN_MEMBER]);
  const normal = normalise(value, link.lineage);
  if ("problem" in normal) return { problems: [normal.problem], ...given };
  const { payload } = normal;
  const wrongId = idProblems(payload, value.id !== undefined);
  if (wrongId.length > 0) return { problems: wrongId, ...given };
  const { [REASON_MEMBER]: reason, [MEMBERS_MEMBER]: members } = value;
  return {
    payload,
    ...link,
    ...(typeof reason === "string" && { reason }),
    // The schema has checked it.
    ...(members !== undefined && { members: members as unknown as readonly Member[] }),
  };
}

/** `value` has passed the schema. */
function normalise(value: JsonObject, lineage: Lineage): { readonly payload: Payload } | { readonly problem: Problem } {
  const { [CHAIN_MEMBER]: _link, [REASON_MEMBER]: _reason, [MEMBERS_MEMBER]: _members, ...members } = value;
  // Each `as` states what the schema has checked.
  const given = value as Partial<Pick<Payload, "id" | "features">>;
  const process = normaliseProcess(value.process as JsonObject | Payload["process"]);
  const features = given.features ?? [];
  const made = given.id ?? idOf(process[0], features, lineage);
  if (typeof made !== "string") return { problem: made };
  return { payload: { ...members, type: "FeatureCollection", id: made, features, process } };
}

function idOf(definition: ProcessDefinition, features: readonly StacItem[], lineage: Lineage): string | Problem {
  const { workflow, collections, await: awaits } = definition;
  if (awaits === undefined) return payloadId({ workflow, collections, features });
  try {
    return fanInId(awaits, { definition, features, lineage });
  } catch (thrown) {
    if (!(thrown instanceof InvalidInput)) throw thrown;
    const { message, hint = "" } = thrown;
    const path = features.length === 0 ? ["features"] : ["process", 0, "await", "group"];
    return { code: "bad-await", path: jsonPath(path), message, hint };
  }
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
export function isList<T, L extends readonly unknown[]>(value: T | L): value is L {
  return Array.isArray(value);
}

/** Control characters and U+FFFE, U+FFFF: SQS and Step Functions refuse them in texts and names. */
const UNSTORABLE = /[\p{Cc}\ufffe\uffff]/u;

function idProblems({ id, features, process }: Payload, given: boolean): Problem[] {
  const wrong = (expected: string, hint: string, path: readonly PropertyKey[] = ["id"], found: unknown = id) => [
    mismatch({ code: "bad-payload-id", path, found, expected, hint }),
  ];
  const { await: awaits } = process[0];
  if (!given && features.length === 0 && awaits === undefined) {
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
      : awaits
        ? "Name a group in await: it takes the place of the items."
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
  if (awaits?.payloads?.includes(id)) {
    return wrong("payloads other than this one itself", "Remove it from the list.", [
      "process",
      0,
      "await",
      "payloads",
    ]);
  }
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

export interface PlacedDefinition {
  readonly definition: ProcessDefinition;
  /** `["process", 1]`, or of several that follow side by side `["process", 1, 0]`. */
  readonly place: readonly PropertyKey[];
}

export function placedDefinitions(process: Payload["process"]): readonly PlacedDefinition[] {
  return [...process.entries()].flatMap(([index, element]) =>
    isList(element)
      ? element.map((definition, fork) => ({ definition, place: ["process", index, fork] }))
      : [{ definition: element, place: ["process", index] }],
  );
}
