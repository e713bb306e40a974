/** Reads the payload out of whatever envelope a task may be given: inline, by URL, or a Batch job's result. */
import type { Environment } from "../env.ts";
import { InvalidInput } from "../errors.ts";
import type { Json } from "../json.ts";
import { MAX_JSON_BYTES } from "../payload/bounded-json.ts";
import { extractOne } from "../payload/extract.ts";
import { loadPayloadObject } from "../payload/load.ts";
import type { ObjectStore } from "../payload/object-store.ts";
import { type Payload as ParsedPayload, parsePayload } from "../payload/payload.ts";
import { explainProblems } from "../payload/problems.ts";
import type { Item, Payload } from "./item.ts";

export interface TaskInput {
  /** As it was checked; never changed. */
  readonly parsed: ParsedPayload;
  /** The run's own copy, with `properties`, `assets` and `links` where an item came without. */
  readonly own: Payload;
}

export async function readPayload(
  event: unknown,
  { objects, environment }: { readonly objects: ObjectStore; readonly environment: Environment },
): Promise<TaskInput> {
  const result = parsePayload(await extractValue(event, objects, environment.CIRRUS_PAYLOAD_BUCKET));
  if ("problems" in result) throw new InvalidInput(explainProblems(result.problems));
  return { parsed: result.payload, own: copyOf(result.payload) };
}

async function extractValue(event: unknown, objects: ObjectStore, bucket: string | undefined): Promise<Json> {
  const extracted = extractOne(event);
  if (extracted.outcome === "unreadable") throw new InvalidInput(explainProblems(extracted.problems));
  if (extracted.outcome === "payload") return extracted.value;
  // A workflow hands on only what lies in the payload bucket: pre-batch and oversized results put it there.
  const allowed = [bucket === undefined ? "s3://" : `s3://${bucket}/`];
  const loaded = await loadPayloadObject(objects, extracted.url, { allowed, maxBytes: MAX_JSON_BYTES });
  if (loaded.outcome === "rejected") throw new InvalidInput(loaded.reason, { where: extracted.url });
  return loaded.value;
}

function copyOf(payload: ParsedPayload): Payload {
  const { features, process, ...members } = structuredClone(payload);
  return {
    ...members,
    type: payload.type,
    id: payload.id,
    // The copy belongs to this run alone: what is readonly in the payload may be changed in it.
    process: process as unknown as Payload["process"],
    features: features.map((item) => ({ properties: {}, assets: {}, links: [], ...item }) as unknown as Item),
  };
}
