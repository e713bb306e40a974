/** Documents that are kept as objects: what executions were given and made. */
import { CirrusError, EXIT } from "../errors.ts";
import { isJsonObject, type Json } from "../json.ts";
import { loadPayloadObject } from "../payload/load.ts";
import { isObjectUrl } from "../payload/object-store.ts";
import type { FunctionPorts } from "./ports.ts";

export type DocumentPorts = Pick<FunctionPorts, "objects" | "payloads">;

/** Undefined where there is none, or none any more: objects have a lifetime. */
export async function storedDocument(url: string, { objects, payloads }: DocumentPorts): Promise<Json | undefined> {
  if (!isObjectUrl(url)) return undefined;
  const loaded = await loadPayloadObject(objects, url, { allowed: payloads.allowedUrls, maxBytes: payloads.maxBytes });
  if (loaded.outcome === "loaded") return loaded.value;
  if (loaded.code === "url-missing") return undefined;
  throw new CirrusError(`It cannot be shown: ${loaded.reason}.`, {
    exitCode: loaded.code === "url-denied" || loaded.code === "url-not-allowed" ? EXIT.credentials : EXIT.failed,
  });
}

/** What a `{url}` stands for; everything else is itself. */
export async function resolveDocument(value: Json, ports: DocumentPorts): Promise<Json> {
  if (!isJsonObject(value) || typeof value.url !== "string" || Object.keys(value).length > 1) return value;
  return (await storedDocument(value.url, ports)) ?? value;
}
