/** When a task comes next, in words. Where the clock tells, the time itself is left to whoever shows it. */
import type { NextTurn } from "./next-turn.ts";

/** `next in its loop`, `with the next iteration`, `never: it is registered no more` */
export function nextText(next: NextTurn): string {
  switch (next.when) {
    case "now":
      return "it runs now";
    case "position":
      return next.position === 1 ? "next in its loop" : `${ordinal(next.position)} in its loop`;
    case "at":
      return WHY_AT[next.reason];
    case "iteration":
      return next.iterations === 1 ? "in the next iteration" : `in ${next.iterations} iterations`;
    case "never":
      return WHY_NEVER[next.reason];
  }
}

/**
 * Where nobody drives a loop no turn comes by itself; a schedule says at least when there is one to be had.
 * `starts`: what starts loops that nobody drives; undefined where that happens by itself.
 */
export function waitsForStart(
  { next, holder }: { readonly next: NextTurn; readonly holder?: string | undefined },
  starts: string | undefined,
): boolean {
  if (starts === undefined || holder !== undefined || next.when === "never") return false;
  return next.when !== "at" || next.reason !== "schedule";
}

const WHY_AT: Readonly<Record<(NextTurn & { when: "at" })["reason"], string>> = {
  schedule: "by its schedule",
  iteration: "with the next iteration",
  retry: "tried again",
};

const WHY_NEVER: Readonly<Record<(NextTurn & { when: "never" })["reason"], string>> = {
  paused: "when it is resumed",
  broken: "never: it cannot run as it is registered",
  gone: "never: it is registered no more",
  schedule: "never: its schedule has no time to come",
};

export function ordinal(position: number): string {
  const last = position % 100 > 10 && position % 100 < 14 ? 0 : position % 10;
  return `${position}${["th", "st", "nd", "rd"][last] ?? "th"}`;
}
