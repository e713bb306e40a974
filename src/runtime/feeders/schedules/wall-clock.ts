/** The clock on the wall in a time zone, which leaves an hour out when summer time begins and shows one twice when it ends. */
import { DAY_MS } from "../../../clock.ts";

export interface WallClock {
  /** What it shows at a moment: the moment at which a clock of UTC shows the same. Whole seconds. */
  shows(at: number): number;
  /** When it first shows that; undefined where it leaves it out. */
  firstShows(shown: number): number | undefined;
}

/** RangeError where there is no such time zone. */
export function makeWallClock(timeZone: string): WallClock {
  // In Sweden dates are written as ISO 8601 has them.
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  const shows = (at: number) => Date.parse(`${format.format(at).replace(" ", "T")}Z`);
  /** No zone is a day ahead of UTC or behind: these are a moment before and one after the one that is looked for. */
  const ahead = (shown: number) => [shown - DAY_MS, shown + DAY_MS].map((near) => shows(near) - near);
  return {
    shows,
    firstShows(shown) {
      const moments = ahead(shown).map((ms) => shown - ms);
      return moments.toSorted((a, b) => a - b).find((at) => shows(at) === shown);
    },
  };
}
