/** A range of times, and of payload IDs at one time, in the order of lists; and what of SQL says so. */
import { queryTime } from "../../state/query-time.ts";
import type { PayloadFilter } from "../../state/state-store.ts";
import type { SqlValue } from "../database/database.ts";
import { endOfPrefix } from "../database/prefix-range.ts";

export type Order = "newest" | "oldest";

export interface Key {
  readonly updated: string;
  readonly payloadId: string;
}

/** A time alone belongs to the range, a key does not. */
export type Bound = string | Key;

export interface KeyRange {
  readonly from?: Bound | undefined;
  readonly to?: Bound | undefined;
}

/** Terms of a WHERE clause, and the values for their question marks. */
export interface Terms {
  readonly sql: readonly string[];
  readonly values: readonly SqlValue[];
}

export function and(...all: readonly Terms[]): Terms {
  return { sql: all.flatMap(({ sql }) => sql), values: all.flatMap(({ values }) => values) };
}

/** `after`: the last key of the page before. */
export function keyRange({ since, until }: PayloadFilter, order: Order, after: Key | undefined): KeyRange {
  const range = {
    from: since === undefined ? undefined : queryTime(since),
    to: until === undefined ? undefined : queryTime(until),
  };
  return after === undefined ? range : narrowed(range, order, after);
}

/** What comes after a key in the order. */
function narrowed(range: KeyRange, order: Order, after: Key): KeyRange {
  if (order === "newest") return isBefore(range.to, after) ? range : { ...range, to: after };
  return isBefore(after, range.from) ? range : { ...range, from: after };
}

/** What comes before a bound in the order. */
export function cutOff(range: KeyRange, order: Order, bound: Bound): KeyRange {
  return order === "newest" ? { ...range, from: bound } : { ...range, to: bound };
}

function isBefore(a: Bound | undefined, b: Bound | undefined): boolean {
  return a !== undefined && b !== undefined && timeOf(a) < timeOf(b);
}

function timeOf(bound: Bound): string {
  return typeof bound === "string" ? bound : bound.updated;
}

/** One bound at each end, so that SQLite finds both in the index. */
export function rangeTerms({ from, to }: KeyRange): Terms {
  return and(boundTerm(">", from), boundTerm("<", to));
}

function boundTerm(sign: "<" | ">", bound: Bound | undefined): Terms {
  if (bound === undefined) return { sql: [], values: [] };
  if (typeof bound === "string") return { sql: [`updated ${sign}= ?`], values: [bound] };
  return { sql: [`(updated, payload_id) ${sign} (?, ?)`], values: [bound.updated, bound.payloadId] };
}

export function prefixTerms(column: string, prefix: string | undefined): Terms {
  if (!prefix) return { sql: [], values: [] };
  const end = endOfPrefix(prefix);
  const from = { sql: [`${column} >= ?`], values: [prefix] };
  return end === undefined ? from : and(from, { sql: [`${column} < ?`], values: [end] });
}

/** As SQLite sorts: by the bytes of the text. */
export function inOrder(order: Order): (a: Key, b: Key) => number {
  const sign = order === "newest" ? -1 : 1;
  return (a, b) => {
    if (a.updated !== b.updated) return a.updated < b.updated ? -sign : sign;
    return sign * Buffer.compare(Buffer.from(a.payloadId), Buffer.from(b.payloadId));
  };
}
