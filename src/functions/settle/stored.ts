/** Reads back what the functions themselves have stored. */
import { CirrusError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import { type GetOutcome, isObjectUrl } from "../../payload/object-store.ts";
import type { FunctionPorts } from "../ports.ts";

/** Undefined where nothing is there. */
export async function storedJson(url: string, { objects }: Pick<FunctionPorts, "objects">): Promise<Json | undefined> {
  if (!isObjectUrl(url)) return undefined;
  const found = await objects.get(url);
  if (found.outcome === "missing") return undefined;
  // What is there, but cannot be read now, must not be taken for nothing.
  if (found.outcome !== "found") throw new CirrusError(`${url} cannot be read: ${reasonOf(found)}.`, { where: url });
  return JSON.parse(Buffer.from(found.body).toString("utf8")) as Json;
}

function reasonOf(found: Exclude<GetOutcome, { outcome: "found" | "missing" }>): string {
  return found.outcome === "denied" ? found.message : `it has ${found.size} bytes`;
}
