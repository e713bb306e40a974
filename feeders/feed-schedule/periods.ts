/** The hours, days, weeks and months that a schedule makes payloads of, in UTC. */

export const UNITS = ["hour", "day", "week", "month"] as const;
export type Unit = (typeof UNITS)[number];

export interface Period {
  /** `2030-01-15T10`, `2030-01-15`, `2030-W03`, `2030-01` */
  readonly name: string;
  /** Its first moment and its last millisecond, ISO 8601. */
  readonly start: string;
  readonly end: string;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The last so many that were over at `time`, the oldest first; with `current` that which is not over yet is one of them. */
export function lastPeriods(
  unit: Unit,
  time: number,
  { count, current }: { readonly count: number; readonly current: boolean },
): readonly Period[] {
  const newest = current ? 0 : -1;
  return Array.from({ length: count }, (_, index) => periodAt(unit, time, newest - (count - 1 - index)));
}

function periodAt(unit: Unit, time: number, offset: number): Period {
  const start = startOf(unit, time, offset);
  const end = startOf(unit, time, offset + 1) - 1;
  return { name: nameOf(unit, start), start: new Date(start).toISOString(), end: new Date(end).toISOString() };
}

function startOf(unit: Unit, time: number, offset: number): number {
  const date = new Date(time);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  switch (unit) {
    case "hour":
      return Math.floor(time / HOUR) * HOUR + offset * HOUR;
    case "day":
      return Date.UTC(year, month, day) + offset * DAY;
    case "week":
      return Date.UTC(year, month, day - weekday(date) + 7 * offset);
    case "month":
      return Date.UTC(year, month + offset, 1);
  }
}

/** ISO 8601's week begins on Monday, which is 0 here. */
function weekday(date: Date): number {
  return (date.getUTCDay() + 6) % 7;
}

function nameOf(unit: Unit, start: number): string {
  const text = new Date(start).toISOString();
  if (unit === "week") return weekName(start);
  return text.slice(0, { hour: 13, day: 10, month: 7 }[unit]);
}

/** A week belongs to the year that its Thursday is in. */
function weekName(monday: number): string {
  const thursday = new Date(monday + 3 * DAY);
  const year = thursday.getUTCFullYear();
  const number = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY)) + 1;
  return `${year}-W${String(number).padStart(2, "0")}`;
}
