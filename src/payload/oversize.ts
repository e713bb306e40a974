/** Which payloads travel inline and which as an object with its `{url}`. */
import { type Json, utf8Length } from "../json.ts";

/**
 * Bytes of the payload as JSON within JSON. EventBridge leaves out an execution's input and output when the two, as
 * escaped texts, exceed 248 KiB together: each gets a little less than half.
 */
export const INLINE_LIMIT = 120_000;

export function fitsInline(payload: Json): boolean {
  return utf8Length(JSON.stringify(JSON.stringify(payload))) <= INLINE_LIMIT;
}
