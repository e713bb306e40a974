/**
 * Finds and counts payloads by any combination of filters, whether many fit or few, spread or all at one end of time.
 *
 * There are four ways to them, each by an index of its own: by time, by facet (workflow, collections, organisation and
 * state), by payload ID and by error. Where the runs of one way hold nothing else, they are merged, and nothing is read
 * in vain. Else the shortest way is taken, found out by counting no further than matters. What it comes to among a
 * million payloads, where an entry that is looked at costs 0.1 µs, one that is only counted 0.03 µs, and a run 6 µs:
 *
 * - a way of few entries is read whole and sorted: 2 ms;
 * - else the first entries by time are looked at, which is enough where those that fit are spread: 2 ms;
 * - else very many facets are merged after all (30 ms), or a way with up to a quarter of all payloads is read whole: 25 ms;
 * - else time is followed to where they are. A quarter of all fit, so that three quarters are passed at most: 75 ms.
 */
import type { PayloadFilter } from "../../state/state-store.ts";
import type { Database } from "../database/database.ts";
import { errorsOf } from "./errors-of.ts";
import { type FacetSet, facetIds, facetSet, facetTerms } from "./facets.ts";
import { beginningOf, countKeys, type FoundKey, firstKeys, type IndexPath, sizeOf } from "./index-path.ts";
import { and, type KeyRange, type Order, prefixTerms, type Terms } from "./key-range.ts";

/** Entries that are read and sorted without a second thought. */
const FEW = 20_000;
/** Entries that are read whole before time is followed without knowing where that ends. */
const MANY = 250_000;
/** Facets that are merged without a second thought, and before time is followed without knowing where that ends. */
const FEW_RUNS = 100;
const MANY_RUNS = 5_000;

export interface Search {
  /** Of all payloads that can fit; undefined where no filter narrows them. */
  readonly facets: FacetSet | undefined;
  /** Where the facets do not say it all. */
  readonly idPrefix: string | undefined;
  readonly errorPrefix: string | undefined;
}

export function searchOf(db: Database, filter: PayloadFilter): Search {
  const facets = facetSet(db, filter);
  return {
    facets,
    idPrefix: facets === undefined || facets.isWhole ? undefined : filter.idPrefix,
    errorPrefix: filter.errorPrefix || undefined,
  };
}

/** The first in the order. */
export function findKeys(db: Database, search: Search, range: KeyRange, order: Order, most: number): FoundKey[] {
  const { facets } = search;
  if (facets?.size === 0) return [];
  const ways = waysOf(db, search);
  const short = ways.find(isDirect) ?? ways.find((way) => sizeOf(db, way, range, FEW) < FEW);
  if (short !== undefined) return firstKeys(db, short, range, order, most);
  const byTime = followingTime(db, ways, range);
  const beginning = beginningOf(db, byTime, range, order, FEW);
  const first = beginning ? firstKeys(db, byTime, beginning, order, most) : [];
  if (first.length === most) return first;
  const merged = mergedFacets(db, search);
  if (merged !== undefined && isDirect(merged)) return firstKeys(db, merged, range, order, most);
  return firstKeys(db, limitedWay(db, ways) ?? byTime, range, order, most);
}

/** How many fit; undefined where the facets do not know, and entries have to be counted. */
export function knownCount({ facets, idPrefix, errorPrefix }: Search, { from, to }: KeyRange): number | undefined {
  return idPrefix === undefined && errorPrefix === undefined && from === undefined && to === undefined
    ? facets?.payloads
    : undefined;
}

/** How many fit, up to `most`. */
export function countFound(db: Database, search: Search, range: KeyRange, most: number): number {
  if (search.facets?.size === 0) return 0;
  const ways = waysOf(db, search);
  const short = ways.find(isDirect) ?? ways.find((way) => sizeOf(db, way, range, FEW) < FEW);
  return countKeys(db, short ?? limitedWay(db, ways) ?? followingTime(db, ways, range), range, most);
}

/** Every entry of it fits, and its first entries are the list's. */
function isDirect({ isOrdered, filter }: IndexPath): boolean {
  return isOrdered && filter.sql.length === 0;
}

function waysOf(db: Database, search: Search): readonly IndexPath[] {
  const { facets, idPrefix, errorPrefix } = search;
  const ofFacets = facets ? facetTerms(facets) : ALL;
  const ofId = prefixTerms("payload_id", idPrefix);
  const ofError = prefixTerms("error", errorPrefix);
  const ways: IndexPath[] = [
    { index: "payloads_updated", runs: [ALL], isOrdered: true, filter: and(ofFacets, ofId, ofError) },
  ];
  if (facets !== undefined) {
    const size = facets.payloads;
    const unmerged: IndexPath = { index: "payloads_facet", runs: [ofFacets], isOrdered: false, filter: ALL, size };
    ways.push(
      facets.size <= FEW_RUNS ? (mergedFacets(db, search) ?? unmerged) : { ...unmerged, filter: and(ofId, ofError) },
    );
  }
  if (idPrefix !== undefined) {
    ways.push({ index: "payloads_id", runs: [ofId], isOrdered: false, filter: and(ofFacets, ofError) });
  }
  if (errorPrefix !== undefined) {
    const errors = errorsOf(db, errorPrefix);
    const runs = errors?.map((error) => ({ sql: ["error = ?"], values: [error] })) ?? [ofError];
    ways.push({ index: "payloads_error", runs, isOrdered: errors !== undefined, filter: and(ofFacets, ofId) });
  }
  return ways;
}

const ALL: Terms = { sql: [], values: [] };

/** A run for each facet; undefined where there are too many. */
function mergedFacets(db: Database, { facets, idPrefix, errorPrefix }: Search): IndexPath | undefined {
  if (facets === undefined || facets.size > MANY_RUNS) return undefined;
  const runs = facetIds(db, facets).map((id) => ({ sql: ["facet = ?"], values: [id] }));
  const filter = and(prefixTerms("payload_id", idPrefix), prefixTerms("error", errorPrefix));
  return { index: "payloads_facet", runs, isOrdered: true, filter, size: facets.payloads };
}

/** Of those that follow time the one with the fewest entries. */
function followingTime(db: Database, ways: readonly IndexPath[], range: KeyRange): IndexPath {
  const [byTime, ...others] = ways;
  if (byTime === undefined) throw new Error("there is always a way by time");
  let best = byTime;
  let least = MANY;
  for (const way of others.filter(({ isOrdered }) => isOrdered)) {
    const size = sizeOf(db, way, range, least);
    if (size >= least && best !== byTime) continue;
    best = way;
    least = Math.min(size, least);
  }
  return best;
}

/** One of those that do not follow time, and is read whole. */
function limitedWay(db: Database, ways: readonly IndexPath[]): IndexPath | undefined {
  return ways.find((way) => !way.isOrdered && sizeOf(db, way, {}, MANY) < MANY);
}
