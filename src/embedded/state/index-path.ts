/**
 * A way to the payloads that a filter chooses: runs of an index, and what has to be looked at in each of their entries.
 * Every index holds all that is filtered and sorted by, so that an entry costs 0.1 µs and no row is read.
 */
import type { Database } from "../database/database.ts";
import { and, cutOff, inOrder, type Key, type KeyRange, type Order, rangeTerms, type Terms } from "./key-range.ts";

export interface IndexPath {
  readonly index: "payloads_updated" | "payloads_facet" | "payloads_id" | "payloads_error";
  /** Each is a piece of the index. */
  readonly runs: readonly Terms[];
  /** Whether each run is in the order of lists: then reading stops with the first entries that fit. */
  readonly isOrdered: boolean;
  /** What the runs do not say by themselves. */
  readonly filter: Terms;
  /** How many entries all runs have, where that is known. */
  readonly size?: number | undefined;
}

export interface FoundKey extends Key {
  readonly row: number;
}

/** The first entries in the order, from all runs: of each run only those that come before what has been found already. */
export function firstKeys(db: Database, path: IndexPath, range: KeyRange, order: Order, most: number): FoundKey[] {
  const direction = order === "newest" ? "DESC" : "ASC";
  const compare = inOrder(order);
  let found: FoundKey[] = [];
  let wanted = range;
  for (const run of path.runs) {
    const where = and(run, rangeTerms(wanted), path.filter);
    const more = db.all<FoundKey>(
      `SELECT rowid AS row, updated, payload_id AS payloadId FROM payloads INDEXED BY ${path.index} ${whereOf(where)}
       ORDER BY updated ${direction}, payload_id ${direction} LIMIT ?`,
      ...where.values,
      most,
    );
    if (more.length === 0) continue;
    found = [...found, ...more].sort(compare).slice(0, most);
    const last = found.at(-1);
    if (found.length === most && last !== undefined) wanted = cutOff(range, order, last);
  }
  return found;
}

/** How many entries fit, up to `most`. */
export function countKeys(db: Database, { index, runs, filter }: IndexPath, range: KeyRange, most: number): number {
  let found = 0;
  for (const run of runs) {
    const where = and(run, rangeTerms(range), filter);
    const row = db.get<{ count: number }>(
      `SELECT count(*) AS count FROM (SELECT 1 FROM payloads INDEXED BY ${index} ${whereOf(where)} LIMIT ?)`,
      ...where.values,
      most - found,
    );
    found += row?.count ?? 0;
    if (found >= most) break;
  }
  return found;
}

/** How many entries there are to be looked at, up to `most`. */
export function sizeOf(db: Database, path: IndexPath, range: KeyRange, most: number): number {
  const { size, isOrdered } = path;
  const isNarrowed = isOrdered && (range.from !== undefined || range.to !== undefined);
  if (size !== undefined && (size < most || !isNarrowed)) return Math.min(size, most);
  return countKeys(db, { ...path, filter: NOTHING }, isOrdered ? range : {}, most);
}

/** The range with at most so many entries of all runs together, at the beginning of the order; undefined where it has no more. */
export function beginningOf(
  db: Database,
  { index, runs }: IndexPath,
  range: KeyRange,
  order: Order,
  entries: number,
): KeyRange | undefined {
  const direction = order === "newest" ? "DESC" : "ASC";
  const compare = inOrder(order);
  const ends = runs.flatMap((run) => {
    const where = and(run, rangeTerms(range));
    const end = db.get<Key>(
      `SELECT updated, payload_id AS payloadId FROM payloads INDEXED BY ${index} ${whereOf(where)}
       ORDER BY updated ${direction}, payload_id ${direction} LIMIT 1 OFFSET ?`,
      ...where.values,
      Math.floor(entries / runs.length),
    );
    return end ?? [];
  });
  const [first] = ends.sort(compare);
  return first && cutOff(range, order, first);
}

const NOTHING: Terms = { sql: [], values: [] };

function whereOf({ sql }: Terms): string {
  return sql.length > 0 ? `WHERE ${sql.join(" AND ")}` : "";
}
