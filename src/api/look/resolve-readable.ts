/** A page shows as much as can be read: where an object may not be, its URL still says where it is. */
import { CirrusError, TransientError } from "../../errors.ts";
import { type DocumentPorts, resolveDocument } from "../../functions/stored-documents.ts";
import type { Json } from "../../json.ts";

/** What a `{url}` stands for, where that can be read; everything else is itself. */
export async function resolveReadable(value: Json, ports: DocumentPorts): Promise<Json> {
  try {
    return await resolveDocument(value, ports);
  } catch (thrown) {
    if (!(thrown instanceof CirrusError) || thrown instanceof TransientError) throw thrown;
    return value;
  }
}
