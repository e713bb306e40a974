/** Merges the logs of an execution's tries by time, from a place on. A log is opened when the lines before it are read. */
import type { ExecutionLogs, TaskTry } from "./execution-logs.ts";
import type { LogLine } from "./jobs.ts";
import { type LogPlace, orderOf, shortId } from "./log-cursor.ts";

export interface LogMergerOptions {
  readonly tries: readonly TaskTry[];
  readonly place: LogPlace;
  /** How many lines are wanted. */
  readonly limit: number;
  readonly read: ExecutionLogs["read"];
  /** Whether it has ended so long ago that nothing more of it can appear. */
  readonly isOver: (one: TaskTry) => boolean;
}

/** Logs that are read side by side; a Map runs 40 iterations at once. Further ones wait until one of these is read. */
const MOST_OPEN = 64;
/** Finished ones that a cursor names. */
const MOST_FINISHED = 64;
/** The fewest lines that are worth a reading. */
const LEAST_LINES = 250;

/** A log that the reader is within. */
interface Reading {
  readonly one: TaskTry;
  readonly id: string;
  /** Where the lines in hand begin, and how many of them are read. */
  cursor: string | undefined;
  read: number;
  lines: readonly LogLine[];
  next: string | undefined;
  /** The place of its next line in time: within a log the order stays whatever its clock said. */
  at: string;
}

export async function makeLogMerger({ tries, place, limit, read, isOver }: LogMergerOptions) {
  const { waiting, open, finished } = sortOut(tries, place);
  let { time, frontier } = place;
  let missing = limit;

  async function refill(reading: Reading, cursor: string | undefined, skip: number): Promise<void> {
    const share = Math.max(LEAST_LINES, Math.ceil((2 * missing) / open.length));
    const { lines, next } = await read(reading.one, cursor, skip + share);
    Object.assign(reading, { cursor, lines, next, read: Math.min(skip, lines.length) });
    moveOn(reading);
    if (lines.length === 0 && isOver(reading.one)) {
      open.splice(open.indexOf(reading), 1);
      finished.push(reading.one);
    } else if (lines.length > 0 && reading.read === lines.length) await refill(reading, next, 0);
  }

  /** Opens what may have lines before the earliest one in hand. */
  async function openFollowing(): Promise<Reading | undefined> {
    for (;;) {
      const head = earliest(open);
      const [following] = waiting;
      const isDue = following !== undefined && (head === undefined || following.startedAt <= head.at);
      if (!isDue || open.length >= MOST_OPEN) return head;
      waiting.shift();
      const order = orderOf(following);
      if (order > frontier) frontier = order;
      const reading = newReading(following, time);
      open.push(reading);
      await refill(reading, undefined, 0);
    }
  }

  // All at once: each may be a call to a service.
  await Promise.all([...open].map((reading) => refill(reading, reading.cursor, reading.read)));

  return {
    async take(): Promise<readonly (LogLine & { readonly from: TaskTry })[]> {
      const taken: (LogLine & { readonly from: TaskTry })[] = [];
      for (let head = await openFollowing(); head !== undefined; head = await openFollowing()) {
        const line = head.lines[head.read];
        if (line === undefined || missing === 0) break;
        time = head.at;
        head.read += 1;
        moveOn(head);
        missing -= 1;
        taken.push({ at: line.at, message: line.message, from: head.one });
        if (head.read === head.lines.length) await refill(head, head.next, 0);
      }
      return taken;
    },

    hasMore: () => earliest(open) !== undefined || (waiting.length > 0 && open.length < MOST_OPEN),
    isDone: () => open.length === 0 && waiting.length === 0,

    place(): LogPlace {
      const orders = finished.map(orderOf).toSorted();
      return {
        time,
        frontier,
        open: open.map(({ id, cursor, read }) => ({ id, cursor, skip: read })),
        finished: orders.slice(-MOST_FINISHED).map((order) => order.split(" ")[1] ?? ""),
        settled: orders.at(-MOST_FINISHED - 1) ?? place.settled,
      };
    },
  };
}

/** Which are read already, which are under way, and which come later, in their order. */
function sortOut(tries: readonly TaskTry[], place: LogPlace) {
  const places = new Map(place.open.map((log) => [log.id, log]));
  const read = new Set(place.finished);
  const waiting: TaskTry[] = [];
  const open: Reading[] = [];
  const finished: TaskTry[] = [];
  const ordered = tries.map((one) => ({ one, id: shortId(one), order: orderOf(one) }));
  for (const { one, id, order } of ordered.toSorted((a, b) => (a.order < b.order ? -1 : 1))) {
    const log = places.get(id);
    if (log !== undefined) open.push({ ...newReading(one, place.time), cursor: log.cursor, read: log.skip });
    else if (order <= place.frontier && read.has(id)) finished.push(one);
    // One that is found only now, although it began before others, is read all the same.
    else if (order > place.settled) waiting.push(one);
  }
  return { waiting, open, finished };
}

function newReading(one: TaskTry, at: string): Reading {
  return { one, id: shortId(one), cursor: undefined, read: 0, lines: [], next: undefined, at };
}

function earliest(open: readonly Reading[]): Reading | undefined {
  let found: Reading | undefined;
  for (const reading of open) {
    if (reading.read === reading.lines.length) continue;
    if (found === undefined || reading.at < found.at) found = reading;
  }
  return found;
}

function moveOn(reading: Reading): void {
  const at = reading.lines[reading.read]?.at ?? "";
  if (at > reading.at) reading.at = at;
}
