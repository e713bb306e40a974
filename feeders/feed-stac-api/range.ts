/** Stretches of time as STAC writes them, and how they are cut so that every item is in exactly one. */
import { InvalidInput, isJsonObject, type Json } from "cirrus-pipeline/feeder";

/** Milliseconds since 1970; infinite where it is open. Both ends are in it. */
export interface Range {
  readonly from: number;
  readonly to: number;
  /** As they were given, which may be finer than milliseconds. */
  readonly fromText: string;
  readonly toText: string;
}

/** A part of a range: its begin is in it, its end only where it is the range's own. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

const OPEN = "..";

/** Undefined is all of time. */
export function parseRange(text: string | undefined): Range {
  const [begin = OPEN, end, ...more] = (text ?? `${OPEN}/${OPEN}`).trim().split("/");
  const first = parseTime(begin, "begin");
  const last = parseTime(end ?? begin, "end");
  if (more.length > 0 || first === undefined || last === undefined || first.ms > last.ms) {
    throw new InvalidInput(`$.datetime: found ${JSON.stringify(text)}, expected a time or an interval.`, {
      hint: "Write 2024-03-01T00:00:00Z, 2024-03-01/2024-03-31 or 2024-03-01/.. for what is open.",
    });
  }
  return { from: first.ms, to: last.ms, fromText: first.text, toText: last.text };
}

const PERIOD = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/;
const TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

function parseTime(text: string, side: "begin" | "end"): { readonly ms: number; readonly text: string } | undefined {
  if (text === OPEN || text === "") return { ms: side === "begin" ? -Infinity : Infinity, text: OPEN };
  const period = PERIOD.exec(text);
  if (period === null) {
    const ms = TIME.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(ms) ? undefined : { ms, text };
  }
  const [, year, month, day] = period;
  const begin = Date.parse(`${year}-${month ?? "01"}-${day ?? "01"}T00:00:00Z`);
  if (Number.isNaN(begin)) return undefined;
  if (side === "begin") return { ms: begin, text: timeText(begin) };
  const ms = lastMillisecond(Number(year), month, day);
  // Scenes are taken in the last second of a day too, and some APIs tell the time to the microsecond.
  return { ms, text: timeText(ms).replace("Z", "999Z") };
}

/** Of the day, the month or the year. */
function lastMillisecond(year: number, month: string | undefined, day: string | undefined): number {
  const next = new Date(0);
  if (day !== undefined) next.setUTCFullYear(year, Number(month) - 1, Number(day) + 1);
  else if (month !== undefined) next.setUTCFullYear(year, Number(month), 1);
  else next.setUTCFullYear(year + 1, 0, 1);
  return next.getTime() - 1;
}

/** Without a fraction where it is none: some servers do not take one. */
function timeText(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().replace(".000Z", "Z") : OPEN;
}

/** Undefined where all of time is asked for: that is no condition. */
export function intervalOf({ from, to }: Slice, range: Range): string | undefined {
  if (from === -Infinity && to === Infinity) return undefined;
  const begin = from === range.from ? range.fromText : timeText(from);
  const end = to === range.to ? range.toText : timeText(to);
  return `${begin}/${end}`;
}

/** No item is older or newer than these; what is open is cut within them. */
const EARLIEST = Date.UTC(1900, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** In the middle, at a whole second; undefined where it is too short for that. */
export function cut({ from, to }: Slice): readonly [Slice, Slice] | undefined {
  const begin = Math.max(from, EARLIEST);
  const middle = Math.floor((begin + Math.min(to, LATEST)) / 2000) * 1000;
  if (middle <= from || middle >= to || middle <= EARLIEST || middle >= LATEST) return undefined;
  return [
    { from, to: middle },
    { from: middle, to },
  ];
}

/**
 * An item counts where its time lies, or its begin where it has only a begin and an end. Servers find an item that lasts
 * in every slice that it touches, and one on a border in both: it is taken from one of them.
 */
export function owns(slice: Slice, range: Range, time: number): boolean {
  const within = Math.min(Math.max(time, range.from), range.to);
  return within >= slice.from && (within < slice.to || slice.to === range.to);
}

/**
 * Whether an item that was found in a slice belongs there. `unknown`: its times do not say where else it would be found, as
 * it has none, they contradict each other, or the server reads them in another way.
 */
export function placeOf(item: Json, slice: Slice, range: Range): "here" | "elsewhere" | "unknown" {
  const { time, first, last } = timesOf(item);
  if (time === undefined || first > time || time > last) return "unknown";
  if (owns(slice, range, time)) return "here";
  return first <= slice.to + SECOND && last >= slice.from - SECOND ? "elsewhere" : "unknown";
}

/** By so much servers may round. */
const SECOND = 1000;

interface Times {
  /** The item's datetime, else its begin, else its end; undefined where it says none. */
  readonly time: number | undefined;
  readonly first: number;
  readonly last: number;
}

export function timesOf(item: Json): Times {
  const properties = isJsonObject(item) && isJsonObject(item.properties) ? item.properties : {};
  const [datetime, start, end] = ["datetime", "start_datetime", "end_datetime"].map((name) => msOf(properties[name]));
  const time = datetime ?? start ?? end;
  return { time, first: start ?? time ?? Number.NaN, last: end ?? time ?? Number.NaN };
}

/** Without a zone it is UTC, as servers take it: not that of this machine. */
function msOf(text: Json | undefined): number | undefined {
  if (typeof text !== "string") return undefined;
  const hasTime = /\d[Tt ]\d\d:/.test(text);
  const ms = Date.parse(hasTime && !/(?:[Zz]|[+-]\d\d:?\d\d)$/.test(text) ? `${text}Z` : text);
  return Number.isNaN(ms) ? undefined : ms;
}
