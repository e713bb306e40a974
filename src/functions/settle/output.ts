/** Reads the output of a succeeded execution: inline JSON, or `{url}` where it was too large to travel. */
import type { Json } from "../../json.ts";
import { extractOne } from "../../payload/extract.ts";
import { loadPayloadObject } from "../../payload/load.ts";
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
  const extracted = extractOne(JSON.parse(text) as Json);
  if (extracted.outcome === "unreadable") return { outcome: "unreadable", reason: explainProblems(extracted.problems) };
  let value: Json;
  if (extracted.outcome === "url") {
    const loaded = await loadPayloadObject(objects, extracted.url, {
      allowed: payloads.allowedUrls,
      maxBytes: payloads.maxBytes,
    });
    if (loaded.outcome === "rejected") return { outcome: "unreadable", reason: loaded.reason };
    value = loaded.value;
  } else {
    value = extracted.value;
  }
  const parsed = parsePayload(value);
  if ("payload" in parsed) return { outcome: "read", value, payload: parsed.payload };
  return { outcome: "read", value, reason: `its output is not a process payload: ${explainProblems(parsed.problems)}` };
}
