/** Where a task is and when it comes next, in the words of a table and in those of a sentence. */
import { isoTime } from "../../clock.ts";
import type { NextTurn, TaskLook } from "../../loop/look/look-at-loops.ts";
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
  if (waitsForStart({ next, holder }, telling)) return next.when === "now" ? "left" : "at start";
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
  if (waitsForStart({ next, holder }, telling)) {
    const left = next.when === "now" ? "whoever ran it is gone: it is found LOST " : "";
    return `${left}when its loop is started: ${telling.starts}`;
  }
  switch (next.when) {
    case "now":
      return "it runs now";
    case "position":
      return next.position === 1 ? "next in its loop" : `${ordinal(next.position)} in its loop`;
    case "at":
      return `${comingText(next.at, telling)}${WHY_AT[next.reason]}`;
    case "iteration":
      return next.iterations === 1 ? "in the next iteration" : `in ${next.iterations} iterations`;
    case "never":
      return WHY_NEVER[next.reason];
  }
}

/** Where nobody drives a loop no turn comes by itself; a schedule says at least when there is one to be had. */
function waitsForStart({ next, holder }: Coming, { starts }: Telling): boolean {
  if (starts === undefined || holder !== undefined || next.when === "never") return false;
  return next.when !== "at" || next.reason !== "schedule";
}

const WHY_AT: Readonly<Record<(NextTurn & { when: "at" })["reason"], string>> = {
  schedule: ", by its schedule",
  iteration: ", with the next iteration",
  retry: ", tried again",
};

const WHY_NEVER: Readonly<Record<(NextTurn & { when: "never" })["reason"], string>> = {
  paused: "when it is resumed",
  broken: "never: it cannot run as it is registered",
  gone: "never: it is registered no more",
  schedule: "never: its schedule has no time to come",
};

function ordinal(position: number): string {
  const last = position % 100 > 10 && position % 100 < 14 ? 0 : position % 10;
  return `${position}${["th", "st", "nd", "rd"][last] ?? "th"}`;
}
