/** Timestamps of the States Language: RFC 3339 with a capital T, and a capital Z where there is no offset. */

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since 1970; undefined for what is no timestamp. */
export function parseTimestamp(value: unknown): number | undefined {
  if (typeof value !== "string" || !TIMESTAMP.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}
