/** What the timeline's rows and bars say in words. */
import { durationText } from "../../parts/time-text.ts";
import type { Folded, Segment, SegmentKind } from "./timeline.ts";

/** `8 ok, 2 failed, 3 run; 1.2 s to 14.0 s` */
export function foldedText({ ok, failed, open, shortestMs, longestMs }: Folded): string {
  const counts = [`${ok} ok`, failed > 0 ? `${failed} failed` : "", open > 0 ? `${open} run` : ""].filter(Boolean);
  const range =
    shortestMs === undefined || longestMs === undefined
      ? ""
      : `; ${durationText(shortestMs)} to ${durationText(longestMs)}`;
  return `${counts.join(", ")}${range}`;
}

const WORDS: Readonly<Record<SegmentKind, string>> = {
  queued: "waited for a place",
  running: "ran",
  waiting: "waited for its retry",
  stay: "was in the state",
};

/** `Try 2 ran 4.0 s, failed` */
export function segmentText({ kind, from, until, status, attempt }: Segment): string {
  const who = attempt === undefined ? "It" : `Try ${attempt}`;
  const how = kind === "running" || kind === "stay" ? `, ${status}` : "";
  return `${who} ${WORDS[kind]} ${durationText(until - from)}${how}`;
}
