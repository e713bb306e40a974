/**
 * pre-batch: puts a payload where a Batch job can read it. SubmitJob takes 30 KiB at most, so a job gets URLs instead:
 * `url` to read from, `url_out` to write to. Each call makes new objects, so that a group that is retried never meets
 * what an earlier attempt left behind.
 */
import { InvalidInput } from "../../errors.ts";
import { canonicalJson, type Json } from "../../json.ts";
import { extractOne } from "../../payload/extract.ts";
import { loadPayloadObject } from "../../payload/load.ts";
import { writtenId } from "../../payload/payload-id.ts";
import { explainProblems } from "../../payload/problems.ts";
import type { FunctionPorts } from "../ports.ts";

export interface BatchUrls {
  readonly url: string;
  readonly url_out: string;
}

export async function preBatch(
  event: Json,
  ports: Pick<FunctionPorts, "objects" | "payloads"> & { readonly uuid: () => string },
): Promise<BatchUrls> {
  const payload = await readPayload(event, ports);
  const id = writtenId(payload);
  if (id === undefined)
    throw new InvalidInput("pre-batch was given no process payload: the member `id` is missing.", { where: "$.id" });
  const { url, urlOut } = ports.payloads.urls.batch(id, ports.uuid());
  await ports.objects.put(url, canonicalJson(payload), { contentType: "application/json" });
  return { url, url_out: urlOut };
}

/** The payload itself, or the one at `{url}`. */
export async function readPayload(
  event: Json,
  { objects, payloads }: Pick<FunctionPorts, "objects" | "payloads">,
): Promise<Json> {
  const extracted = extractOne(event);
  if (extracted.outcome === "unreadable") throw new InvalidInput(explainProblems(extracted.problems));
  if (extracted.outcome === "payload") return extracted.value;
  const loaded = await loadPayloadObject(objects, extracted.url, {
    allowed: payloads.allowedUrls,
    maxBytes: payloads.maxBytes,
  });
  if (loaded.outcome === "rejected") throw new InvalidInput(loaded.reason, { where: extracted.url });
  return loaded.value;
}
