/** Where a task is and when it comes next, in the words of a table and in those of a sentence. */
import { isoTime } from "../../clock.ts";
import type { TaskLook } from "../../loop/look/look-at-loops.ts";
import { nextText, ordinal, waitsForStart } from "../../loop/look/next-text.ts";
import type { Output } from "../terminal/io.ts";
import { timeText } from "../terminal/relative-time.ts";
import type { Marked } from "./loop-marks.ts";

/** Its state in the loop, where it has one. */
export function standingOf({ standing, state }: Pick<TaskLook, "standing" | "state">): Marked {
  if (state === "RUNNING" || standing === "registered") return state;
  return standing === "broken" ? "BROKEN" : "GONE";
}

/** What the words depend on besides the turn. */
export interface Telling {
  readonly output: Output;
  readonly now: number;
  /** What starts loops that nobody drives; undefined where that happens by itself. */
  readonly starts: string | undefined;
}

type Coming = Pick<TaskLook, "next" | "holder">;

/** `now`, `next`, `3rd`, `in 5 min`, `later`, `at start` */
export function nextShort({ next, holder }: Coming, telling: Telling): string {
  if (waitsForStart({ next, holder }, telling.starts)) return next.when === "now" ? "left" : "at start";
  switch (next.when) {
    case "position":
      return next.position === 1 ? "next" : ordinal(next.position);
    case "at":
      return comingText(next.at, telling);
    case "iteration":
      return "later";
    case "never":
      return next.reason === "paused" ? "paused" : "never";
    default:
      return next.when;
  }
}

/** What should have come by now comes now: no turn is in the past. */
function comingText(at: string, { output, now }: Telling): string {
  return timeText(output, isoTime(Math.max(now, Date.parse(at))), now);
}

export function nextLong({ next, holder }: Coming, telling: Telling): string {
  if (waitsForStart({ next, holder }, telling.starts)) {
    const left = next.when === "now" ? "whoever ran it is gone: it is found LOST " : "";
    return `${left}when its loop is started: ${telling.starts}`;
  }
  const text = nextText(next);
  return next.when === "at" ? `${comingText(next.at, telling)}, ${text}` : text;
}
