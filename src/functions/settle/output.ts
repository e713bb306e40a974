/** Reads the output of a succeeded execution: inline JSON, or `{url}` where it was too large to travel. */
import type { Json } from "../../json.ts";
import { parseBoundedJson } from "../../payload/bounded-json.ts";
import { extractRecords } from "../../payload/extract.ts";
import { loadPayloadObject } from "../../payload/load.ts";
import { isObjectUrl } from "../../payload/object-store.ts";
import { type Payload, parsePayload } from "../../payload/payload.ts";
import { explainProblems } from "../../payload/problems.ts";
import type { FunctionPorts } from "../ports.ts";

export type Output =
  | { readonly outcome: "read"; readonly value: Json; readonly payload: Payload; readonly reason?: undefined }
  /** Any JSON is a legal output, but only a process payload has items and a chain. */
  | { readonly outcome: "read"; readonly value: Json; readonly payload?: undefined; readonly reason: string }
  | { readonly outcome: "unreadable"; readonly reason: string };

export async function readOutput(
  text: string | undefined,
  { objects, payloads }: Pick<FunctionPorts, "objects" | "payloads">,
): Promise<Output> {
  if (text === undefined) return { outcome: "unreadable", reason: "The execution has no output." };
  const whole = parseBoundedJson(text);
  if ("problem" in whole) return { outcome: "unreadable", reason: explainProblems([whole.problem]) };
  const { url, value: inline } = unwrap(whole.value);
  if (url === undefined) return asPayload(inline);
  const loaded = await loadPayloadObject(objects, url, { allowed: payloads.allowedUrls, maxBytes: payloads.maxBytes });
  return loaded.outcome === "loaded" ? asPayload(loaded.value) : { outcome: "unreadable", reason: loaded.reason };
}

/** A last state may return a payload, its `{url}`, or a Batch job's result; everything else is an output as it is. */
function unwrap(value: Json): { readonly value: Json; readonly url?: string } {
  const [only, ...others] = extractRecords(value);
  if (only === undefined || others.length > 0 || only.extracted.outcome === "unreadable") return { value };
  if (only.extracted.outcome === "payload") return only.extracted;
  return isObjectUrl(only.extracted.url) ? { value, url: only.extracted.url } : { value };
}

function asPayload(value: Json): Output {
  const parsed = parsePayload(value);
  if ("payload" in parsed) return { outcome: "read", value, payload: parsed.payload };
  return { outcome: "read", value, reason: `its output is not a process payload: ${explainProblems(parsed.problems)}` };
}
