/** Moments and lengths of time as people read them. No DOM, no clock of its own. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `820 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`: two units at most. */
export function durationText(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 59.95 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  // Rounded in the smaller of the two units first, so that 60 of it never stand there.
  if (ms < HOUR - SECOND / 2) return inTwo(Math.round(ms / SECOND), 60, "min", "s");
  if (ms < DAY - MINUTE / 2) return inTwo(Math.round(ms / MINUTE), 60, "h", "min");
  return inTwo(Math.round(ms / HOUR), 24, "d", "h");
}

function inTwo(small: number, size: number, large: string, unit: string): string {
  const rest = small % size;
  return `${Math.floor(small / size)} ${large}${rest === 0 ? "" : ` ${rest} ${unit}`}`;
}

/** `just now`, `5 min ago`, `in 2 h`. */
export function relativeText(at: number, now: number): string {
  const distance = Math.abs(now - at);
  if (distance < 5 * SECOND) return at > now ? "in a moment" : "just now";
  const text = roundText(distance);
  return at > now ? `in ${text}` : `${text} ago`;
}

/** One unit. */
function roundText(ms: number): string {
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} days`;
}

export type Zone = "utc" | "local";

/** `2030-01-31 12:00:00 UTC`, or the same by the clock of whoever looks. */
export function momentText(at: number, zone: Zone): string {
  const date = new Date(at);
  if (zone === "utc") return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${time} ${offsetText(-date.getTimezoneOffset())}`;
}

function offsetText(minutes: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "−" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
