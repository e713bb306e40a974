/** Times that people ask for, in the form of the stored ones. */
import { isoTime } from "../clock.ts";
import { CirrusError, EXIT } from "../errors.ts";

/** Times are compared as text, so every way to write one becomes the stored way first. */
export function queryTime(text: string): string {
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return isoTime(ms);
  throw new CirrusError(`"${text}" is not a time.`, {
    hint: "Write it as 2025-01-31T12:00:00Z.",
    exitCode: EXIT.usage,
  });
}
