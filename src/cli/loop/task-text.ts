/** Where a task is and when it comes next, in the words of a table and in those of a sentence. */
import type { NextTurn, TaskLook } from "../../loop/look/look-at-loops.ts";
import type { Output } from "../terminal/io.ts";
import { timeText } from "../terminal/relative-time.ts";
import type { Marked } from "./loop-marks.ts";

/** Its state in the loop, where it has one. */
export function standingOf({ standing, state }: Pick<TaskLook, "standing" | "state">): Marked {
  if (state === "RUNNING" || standing === "registered") return state;
  return standing === "broken" ? "BROKEN" : "GONE";
}

/** `now`, `next`, `3rd`, `in 5 min`, `later` */
export function nextShort(output: Output, next: NextTurn, now: number): string {
  switch (next.when) {
    case "position":
      return next.position === 1 ? "next" : ordinal(next.position);
    case "at":
      return timeText(output, next.at, now);
    case "iteration":
      return "later";
    case "never":
      return next.reason === "paused" ? "paused" : "never";
    default:
      return next.when;
  }
}

export function nextLong(output: Output, next: NextTurn, now: number): string {
  switch (next.when) {
    case "now":
      return "it runs now";
    case "position":
      return next.position === 1 ? "next in its loop" : `${ordinal(next.position)} in its loop`;
    case "at":
      return `${timeText(output, next.at, now)}${WHY_AT[next.reason]}`;
    case "iteration":
      return next.iterations === 1 ? "in the next iteration" : `in ${next.iterations} iterations`;
    case "never":
      return WHY_NEVER[next.reason];
  }
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
