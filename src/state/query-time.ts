/** Times that people ask for, in the form of the stored ones. */
import { isoTime, UNIT_MS } from "../clock.ts";
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

/** `24h`: so long before `now`. Anything else is a time as ISO 8601 writes it; undefined where it is neither. */
export function momentOf(text: string, now: number): string | undefined {
  const [, count, unit = ""] = /^(\d+)\s*([smhdw])$/.exec(text) ?? [];
  const length = UNIT_MS[unit];
  const written = /^\d{4}-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  const time = count === undefined || length === undefined ? written : now - Number(count) * length;
  return Number.isFinite(time) && Math.abs(time) <= 8.64e15 ? isoTime(time) : undefined;
}

export const HOW_TO_WRITE_A_MOMENT = "Write 7d, 24h, 30m, or a time such as 2030-01-31T12:00Z.";
