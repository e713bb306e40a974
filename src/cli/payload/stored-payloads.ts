/** The payloads that executions were given and made, as they are stored. */
import { CirrusError, EXIT } from "../../errors.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { isObjectUrl } from "../../payload/object-store.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import type { Backend } from "../place/backend.ts";

export async function requireRecord({ ports, flags, place }: Backend, payloadId: string): Promise<PayloadRecord> {
  const [record] = await ports.state.get([payloadId]);
  if (record) return record;
  throw new CirrusError(`There is no payload ${payloadId} ${place}.`, {
    hint: `List them: cirrus payload list${flags}`,
    exitCode: EXIT.notFound,
  });
}

/** Undefined where there is none, or none any more: objects have a lifetime. */
export async function storedJson(
  { ports }: Pick<Backend, "ports">,
  url: string | undefined,
): Promise<Json | undefined> {
  if (!isObjectUrl(url)) return undefined;
  const found = await ports.objects.get(url);
  if (found.outcome === "found") return JSON.parse(Buffer.from(found.body).toString("utf8")) as Json;
  if (found.outcome === "missing") return undefined;
  const why = found.outcome === "denied" ? found.message : `it has ${found.size} bytes`;
  throw new CirrusError(`${url} cannot be read: ${why}`, {
    exitCode: found.outcome === "denied" ? EXIT.credentials : EXIT.failed,
  });
}

/** What a `{url}` stands for; everything else is itself. */
export async function resolveUrl(backend: Pick<Backend, "ports">, value: Json): Promise<Json> {
  if (!isJsonObject(value) || typeof value.url !== "string" || Object.keys(value).length > 1) return value;
  return (await storedJson(backend, value.url)) ?? value;
}
