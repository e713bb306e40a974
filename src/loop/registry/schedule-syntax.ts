/** What is wrong with a `cron` or its time zone, before anybody waits for it. */
import { Cron } from "croner";
import { describeError } from "../../errors.ts";
import { suggest } from "../../nearest.ts";

/** Undefined where nothing is. Five fields: what runs more often than every minute needs no schedule. */
export function scheduleFault(expression: string): string | undefined {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5 && !/^@[a-z]+$/.test(expression.trim())) {
    return `expected five fields (minute hour day month weekday), such as "0 6 * * *", and not ${fields.length}`;
  }
  try {
    const next = new Cron(expression, { paused: true, timezone: "Etc/UTC" }).nextRun(EPOCH);
    return next === null ? `${expression} never comes` : undefined;
  } catch (thrown) {
    return describeError(thrown).cause.replace(/^Cron[A-Za-z]*: /, "");
  }
}

/** Any moment is as good as another: a schedule of five fields comes again, or never. */
const EPOCH = new Date("2000-01-01T00:00:00Z");

export function timezoneFault(timezone: string): string | undefined {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
    return undefined;
  } catch {
    const hint = suggest(timezone, Intl.supportedValuesOf("timeZone"));
    return `there is no time zone ${timezone}. ${hint ?? "Write it like Europe/Zurich."}`;
  }
}
