/** `Retry-After`: how long a server does not want to be asked, as a number of seconds or as a date. */

/**
 * Milliseconds; undefined where there is no such header, or it says nothing that is understood. A date is by the clock
 * of the server, which its `Date` tells, and by ours where it tells none: `now`.
 */
export function retryAfterMs(
  header: string | null | undefined,
  serverDate: string | null | undefined,
  now: number,
): number | undefined {
  const text = header?.trim();
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const begun = Date.parse(serverDate ?? "");
  const ms = Date.parse(text) - (Number.isNaN(begun) ? now : begun);
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
