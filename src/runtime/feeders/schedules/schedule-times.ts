/** When a schedule is due, as EventBridge reads `rate(1 hour)` and `cron(0 12 * * ? *)`. */
import { Cron } from "croner";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../clock.ts";
import { makeWallClock, type WallClock } from "./wall-clock.ts";

export interface ScheduleTimes {
  /** Milliseconds since 1970; undefined where it is never due again. */
  next(after: number): number | undefined;
}

const RATE = /^rate\((\d+) (minute|hour|day)s?\)$/;
const CRON = /^cron\((.+)\)$/;
const MS = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS } as const;

/** `since`: a rate counts from there. Undefined where the text is no schedule. */
export function readSchedule(
  text: string,
  { since, timezone = "UTC" }: { readonly since: number; readonly timezone?: string | undefined },
): ScheduleTimes | undefined {
  const [, count, unit] = RATE.exec(text) ?? [];
  if (count !== undefined && isUnit(unit)) {
    const every = Number(count) * MS[unit];
    return every === 0 ? undefined : { next: (after) => since + (Math.floor((after - since) / every) + 1) * every };
  }
  const [, fields] = CRON.exec(text) ?? [];
  return fields === undefined ? undefined : readCron(fields, timezone);
}

/**
 * AWS counts weekdays from 1, which is Sunday, knows no seconds, and writes `0/15` for every quarter of an hour. When summer
 * time begins it skips what falls into the hour that there is not; when it ends it does not repeat what has run.
 */
function readCron(fields: string, timezone: string): ScheduleTimes | undefined {
  try {
    const clock = makeWallClock(timezone);
    // croner's own time zones run what was skipped later, and each quarter of the hour that comes twice, twice.
    const options = { paused: true, timezone: "UTC", alternativeWeekdays: true, sloppyRanges: true } as const;
    const cron = new Cron(`0 ${fields.replaceAll("?", "*")}`, { ...options, mode: "7-part" });
    return { next: (after) => nextBy(cron, clock, after) };
  } catch {
    return undefined;
  }
}

function nextBy(cron: Cron, clock: WallClock, after: number): number | undefined {
  let shown = cron.nextRun(new Date(clock.shows(after)));
  while (shown !== null) {
    const at = clock.firstShows(shown.getTime());
    if (at !== undefined && at > after) return at;
    shown = cron.nextRun(shown);
  }
  return undefined;
}

function isUnit(text: string | undefined): text is keyof typeof MS {
  return text !== undefined && text in MS;
}
