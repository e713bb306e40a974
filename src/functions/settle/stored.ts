/** Reads back what the functions themselves have stored. */
import type { Json } from "../../json.ts";
import { isObjectUrl } from "../../payload/object-store.ts";
import type { FunctionPorts } from "../ports.ts";

export async function storedJson(url: string, { objects }: Pick<FunctionPorts, "objects">): Promise<Json | undefined> {
  if (!isObjectUrl(url)) return undefined;
  const found = await objects.get(url);
  return found.outcome === "found" ? (JSON.parse(Buffer.from(found.body).toString("utf8")) as Json) : undefined;
}
