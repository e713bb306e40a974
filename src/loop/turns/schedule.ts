/** When a task is due: `every` counts from its last start, `cron` follows the clock of its time zone. */
import { Cron } from "croner";
import { describeError } from "../../errors.ts";
import type { LoopTask, TaskSettings } from "../loop-task.ts";

type Schedule = NonNullable<TaskSettings["cron"]>;

/**
 * Milliseconds since 1970; not after `now` for a task that is due. `since`: its last start, or since when its loop knows it.
 * Without a schedule a task is always due. The first run of `every` is due at once; that of `cron` at its first time after
 * `since`. Times that were missed are one run. Infinity where no time comes any more.
 */
export function nextDue({ settings }: Pick<LoopTask, "settings">, since: number | undefined, now: number): number {
  const { everyMs, cron } = settings;
  if (everyMs !== undefined) return since === undefined ? now : since + everyMs;
  if (cron !== undefined) return nextFire(cron, since ?? now);
  return now;
}

/**
 * The first time after another. On the days when the clocks change, a time of day that is left out is its next moment, and
 * one that comes twice is the first of the two; `*` and steps follow the hours that pass.
 */
function nextFire(schedule: Schedule, after: number): number {
  try {
    return readCron(schedule).nextRun(new Date(after))?.getTime() ?? Number.POSITIVE_INFINITY;
  } catch {
    // Registration refuses what cannot be read: one that slips through must not stop the tasks beside it.
    return Number.POSITIVE_INFINITY;
  }
}

/** What is wrong with a schedule, as a sentence for people. */
export function cronProblem(schedule: Schedule): string | undefined {
  try {
    // An unknown time zone shows only when a time is asked for.
    readCron(schedule).nextRun();
    return undefined;
  } catch (thrown) {
    return describeError(thrown).cause;
  }
}

function readCron({ expression, timezone }: Schedule): Cron {
  return new Cron(expression, { timezone, mode: "5-part", paused: true });
}
