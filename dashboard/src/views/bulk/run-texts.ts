/** What is said of how far a bulk run is: how fast it goes, and when it could be done. */
import type { BulkRunRow, BulkRunView } from "../../../../src/api/shapes/bulk.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `about 40 s`, `about 12 min`, `about 2 h 10 min`, `about 3 days`: as exactly as a guess may be. */
export function aboutText(ms: number): string {
  if (ms < 10 * SECOND) return "a few seconds";
  if (ms < 90 * SECOND) return `about ${Math.round(ms / (5 * SECOND)) * 5} s`;
  if (ms < 90 * MINUTE) return `about ${Math.round(ms / MINUTE)} min`;
  if (ms < DAY) {
    const tens = Math.round(ms / (10 * MINUTE));
    const [hours, minutes] = [Math.floor(tens / 6), (tens % 6) * 10];
    return minutes === 0 ? `about ${hours} h` : `about ${hours} h ${minutes} min`;
  }
  const days = Math.round(ms / DAY);
  return days === 1 ? "about a day" : `about ${days} days`;
}

type Remaining = Pick<BulkRunView, "state" | "counts" | "remainingMs" | "workers">;

/** When it could be done, or why nobody can say. */
export function remainingText({ state, counts, remainingMs, workers }: Remaining): string {
  const left = counts.QUEUED + counts.RUNNING;
  if (state === "FINISHED" || left === 0)
    return state === "LOADING" ? "its entries are being loaded" : "nothing is left";
  if (state === "LOADING") return "its entries are being loaded";
  if (state === "STOPPED") return counts.RUNNING > 0 ? "what runs ends by itself" : "stopped: nothing goes on";
  // However fast those were who have left.
  if (isIdle({ state, workers })) return "no worker takes entries";
  return remainingMs === undefined ? "not known before some entries have ended" : aboutText(remainingMs);
}

/** It could go on, and nobody works on it. */
export function isIdle({ state, workers }: Pick<BulkRunView, "state" | "workers">): boolean {
  return state === "OPEN" && workers.every(({ endedAt }) => endedAt !== undefined);
}

/** `4.2 a second`, `35 a minute`, `12 an hour`: the unit in which it is a number that one can hold. */
export function rateText(perHour: number): string {
  if (perHour >= 3600) return `${rounded(perHour / 3600)} a second`;
  if (perHour >= 60) return `${rounded(perHour / 60)} a minute`;
  return `${rounded(perHour)} an hour`;
}

function rounded(amount: number): string {
  return amount.toLocaleString("en", { maximumFractionDigits: amount < 10 ? 1 : 0 });
}

/** `63 %`; never all of it before the last, never nothing after the first. */
export function shareText(part: number, all: number): string {
  if (all === 0) return "0 %";
  const percent = (100 * part) / all;
  if (part > 0 && percent < 1) return "< 1 %";
  return `${part < all ? Math.min(99, Math.floor(percent)) : 100} %`;
}

/** `$0.042`, `$1.20`: small amounts are not rounded away. */
export function costText(usd: number): string {
  if (usd > 0 && usd < 0.000001) return "< $0.000001";
  const digits = usd >= 1 || usd === 0 ? 2 : Math.min(6, Math.ceil(-Math.log10(usd)) + 1);
  return `$${usd.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: Math.max(2, digits) })}`;
}

/** In this order they stand in a bar: what ended well first. */
export const BAR_STATES = ["DONE", "FAILED", "CANCELLED", "RUNNING", "QUEUED"] as const;
export type BarState = (typeof BAR_STATES)[number];

export interface BarPart {
  readonly state: BarState;
  readonly count: number;
  /** Of the bar, in percent; all parts together are 100. */
  readonly width: number;
}

/** One failed entry of a million is seen as well. */
const NARROWEST = 0.6;

export function barParts({ counts, entries }: Pick<BulkRunRow, "counts" | "entries">): readonly BarPart[] {
  const all = Math.max(
    entries,
    BAR_STATES.reduce((sum, state) => sum + counts[state], 0),
  );
  if (all === 0) return [];
  const parts = BAR_STATES.filter((state) => counts[state] > 0).map((state) => ({
    state,
    count: counts[state],
    width: Math.max(NARROWEST, (100 * counts[state]) / all),
  }));
  const drawn = parts.reduce((sum, { width }) => sum + width, 0);
  // Where everything is in the bar, it is full; entries that are still being loaded leave it open.
  const full = parts.reduce((sum, { count }) => sum + count, 0) === all;
  return full || drawn > 100 ? parts.map((part) => ({ ...part, width: (100 * part.width) / drawn })) : parts;
}
