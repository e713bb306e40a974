/** A payload as it is sent: itself, or where it was stored if it is too large to travel inline. */
import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../json.ts";
import type { ObjectStore } from "./object-store.ts";
import type { PayloadUrls } from "./object-urls.ts";
import { fitsInline } from "./oversize.ts";

export interface OversizeStore {
  readonly objects: Pick<ObjectStore, "put">;
  readonly urls: Pick<PayloadUrls, "oversized">;
}

/** JSON: the payload or `{url}`. The same payload is the same text, and the same object. */
export async function messageBody(payload: Json, { objects, urls }: OversizeStore): Promise<string> {
  const body = canonicalJson(payload);
  if (fitsInline(payload)) return body;
  const url = urls.oversized(createHash("sha256").update(body).digest("hex"));
  await objects.put(url, body, { contentType: "application/json" });
  return JSON.stringify({ url });
}
