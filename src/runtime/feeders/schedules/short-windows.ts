/**
 * Schedules of feed-rerun that look back less far than two of their times lie apart. Where a run dies, with all that try it
 * again, the next one has to find what failed before it; a run that goes on from one that died has that one's times.
 */
import { writtenDuration } from "../../../clock.ts";
import { isJsonObject, type JsonObject } from "../../../json.ts";
import type { Project } from "../../../project/project.ts";
import { momentOf } from "../../../state/query-time.ts";
import { type FeederSchedule, feederSchedules } from "./feeder-schedules.ts";
import { readSchedule } from "./schedule-times.ts";

const FEEDER = "feed-rerun";

/** How far apart times lie shows in so many of them. */
const LOOKED_AT = 2000;

/** A sentence or two for each. */
export function shortWindows(project: Project, now: number): readonly string[] {
  const isRerun = (name: string) => (project.feeders.get(name)?.uses ?? name) === FEEDER;
  return feederSchedules(project).flatMap((schedule) => {
    const window = isRerun(schedule.feeder) ? windowOf(schedule, now) : undefined;
    const apart = window === undefined ? undefined : timesApart(schedule, window / 2, now);
    return window === undefined || apart === undefined ? [] : [describeWindow(schedule, window, apart)];
  });
}

/** Undefined where it begins or ends at a fixed time, and where a longer one would send payloads twice. */
function windowOf({ input }: FeederSchedule, now: number): number | undefined {
  if (!isJsonObject(input) || input.replace === true) return undefined;
  const [begin, end] = [ago(input, "since", now), ago({ until: "0s", ...input }, "until", now)];
  return begin === undefined || end === undefined ? undefined : begin - end;
}

function ago(input: JsonObject, name: string, now: number): number | undefined {
  const { [name]: text } = input;
  const moment = typeof text === "string" && !/^\d{4}-/.test(text) ? momentOf(text, now) : undefined;
  return moment === undefined ? undefined : now - Date.parse(moment);
}

/** The first that is longer than `shortest`. */
function timesApart({ expression, timezone }: FeederSchedule, shortest: number, now: number): number | undefined {
  const times = readSchedule(expression, { since: now, timezone });
  let from = times?.next(now);
  for (let looked = 0; from !== undefined && looked < LOOKED_AT; looked++) {
    const to = times?.next(from);
    if (to !== undefined && to - from > shortest) return to - from;
    from = to;
  }
  return undefined;
}

function describeWindow({ feeder, expression }: FeederSchedule, window: number, apart: number): string {
  return (
    `${feeder} looks back ${shown(window)} and is called by ${expression}, up to ${shown(apart)} apart: where a run dies, ` +
    `what failed before it may never be sent again. Write since: ${shown(4 * apart)}: what runs again has not FAILED ` +
    "any more, so nothing is sent more often."
  );
}

/** As feed-rerun reads it, which takes whole seconds. */
function shown(ms: number): string {
  return writtenDuration(Math.ceil(ms / 1000) * 1000, "smh");
}
