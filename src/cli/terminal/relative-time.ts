/** Times as people say them: `8 s ago`, `5 min ago`, `in 3 h`, `4 days ago`; beyond a month the date. */
import type { Output } from "./io.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LONGEST_DAYS = 31;

/** For a person at a terminal how long ago; in a file that would be wrong as soon as it is read. `at`: ISO 8601. */
export function timeText(output: Output, at: string, now: number): string {
  return output.isTTY === true ? relativeTime(Date.parse(at), now) : at.replace(/\.\d+Z$/, "Z");
}

export function relativeTime(at: number, now: number): string {
  const seconds = Math.round(Math.abs(now - at) / 1000);
  if (seconds === 0) return "now";
  if (seconds >= LONGEST_DAYS * DAY) return new Date(at).toISOString().slice(0, 10);
  const length = lengthText(seconds);
  return at > now ? `in ${length}` : `${length} ago`;
}

function lengthText(seconds: number): string {
  if (seconds < MINUTE) return `${seconds} s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)} h`;
  return `${Math.floor(seconds / DAY)} days`;
}
