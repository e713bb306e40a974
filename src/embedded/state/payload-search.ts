/**
 * Finds and counts payloads by any combination of filters, whether many fit or few, spread or all at one end of time.
 *
 * There are four ways to them, each by an index of its own: by time, by facet (workflow, collections, organisation and
 * state), by payload ID and by error. Without prefixes the facets' runs are merged, and nothing is read in vain. With a
 * prefix the shortest way is taken, found out by counting no further than matters. What it comes to with a million
 * payloads, where an entry that is looked at costs 0.1 µs and one that is only counted 0.04 µs:
 *
 * - a way of few entries is read whole and sorted: 2 ms;
 * - else the first entries by time are looked at, which is enough where those that fit are spread evenly: 2 ms;
 * - else a prefix with up to a quarter of all payloads is read whole: 25 ms;
 * - else time is followed to where they are. A quarter of all fit, so that three quarters are passed at most: 75 ms.
 */
import type { PayloadFilter } from "../../state/state-store.ts";
import type { Database } from "../database/database.ts";
import { errorsOf } from "./errors-of.ts";
import { type CountedFacet, facetsOf } from "./facets.ts";
import { beginningOf, countKeys, type FoundKey, firstKeys, type IndexPath, sizeOf } from "./index-path.ts";
import { and, type KeyRange, type Order, prefixTerms, type Terms } from "./key-range.ts";

/** Entries that are read and sorted without a second thought. */
const FEW = 20_000;
/** Entries that are read whole before time is followed without knowing where that ends. */
const MANY = 250_000;
/** A run costs 5 µs, however short it is. */
const MOST_RUNS = 2_000;

export interface Search {
  /** Of all payloads that can fit; undefined where no filter narrows them. */
  readonly facets: readonly CountedFacet[] | undefined;
  /** Where the facets do not say it all. */
  readonly idPrefix: string | undefined;
  readonly errorPrefix: string | undefined;
}

export function searchOf(db: Database, filter: PayloadFilter): Search {
  const { workflow, collections, organisation, state, idPrefix = "", errorPrefix } = filter;
  const isAny = [workflow, collections, organisation, state].every((value) => value === undefined) && idPrefix === "";
  if (isAny) return { facets: undefined, idPrefix: undefined, errorPrefix: errorPrefix || undefined };
  const facets = facetsOf(db, filter).filter((facet) => mayHave(headOf(facet), idPrefix));
  const isWhole = facets.every((facet) => headOf(facet).startsWith(idPrefix));
  return { facets, idPrefix: isWhole ? undefined : idPrefix, errorPrefix: errorPrefix || undefined };
}

/** What all IDs of a facet begin with. */
function headOf({ collections, workflow }: CountedFacet): string {
  return `${collections}/workflow-${workflow}/`;
}

function mayHave(head: string, idPrefix: string): boolean {
  return head.startsWith(idPrefix) || idPrefix.startsWith(head);
}

/** The first in the order. */
export function findKeys(db: Database, search: Search, range: KeyRange, order: Order, most: number): FoundKey[] {
  if (search.facets?.length === 0) return [];
  const paths = pathsOf(db, search);
  const direct = paths.find(isDirect);
  if (direct !== undefined) return firstKeys(db, direct, range, order, most);
  const short = paths.find((path) => sizeOf(db, path, range, FEW) < FEW);
  if (short !== undefined) return firstKeys(db, short, range, order, most);
  const ordered = orderedPath(db, search, paths, range);
  const beginning = beginningOf(db, ordered, range, order, FEW);
  const first = beginning ? firstKeys(db, ordered, beginning, order, most) : [];
  if (first.length === most) return first;
  const limited = paths.find((path) => !path.isOrdered && sizeOf(db, path, range, MANY) < MANY);
  return firstKeys(db, limited ?? ordered, range, order, most);
}

/** How many fit; undefined where the facets do not know, and entries have to be counted. */
export function knownCount({ facets, idPrefix, errorPrefix }: Search, { from, to }: KeyRange): number | undefined {
  if (facets === undefined || idPrefix !== undefined || errorPrefix !== undefined) return undefined;
  if (from !== undefined || to !== undefined) return undefined;
  return totalOf(facets);
}

/** How many fit, up to `most`. */
export function countFound(db: Database, search: Search, range: KeyRange, most: number): number {
  if (search.facets?.length === 0) return 0;
  const paths = pathsOf(db, search);
  const direct = paths.find(isDirect);
  const short = direct ?? paths.find((path) => sizeOf(db, path, range, FEW) < FEW);
  const limited = short ?? paths.find((path) => !path.isOrdered && sizeOf(db, path, range, MANY) < MANY);
  return countKeys(db, limited ?? orderedPath(db, search, paths, range), range, most);
}

/** Every entry of it fits, and its first entries are the list's. */
function isDirect({ isOrdered, filter }: IndexPath): boolean {
  return isOrdered && filter.sql.length === 0;
}

function pathsOf(db: Database, { facets, idPrefix, errorPrefix }: Search): readonly IndexPath[] {
  const ofFacets = facetTerms(facets);
  const ofId = prefixTerms("payload_id", idPrefix);
  const ofError = prefixTerms("error", errorPrefix);
  const paths: IndexPath[] = [
    { index: "payloads_updated", runs: [ALL], isOrdered: true, filter: and(ofFacets, ofId, ofError) },
  ];
  if (facets !== undefined) {
    const isOrdered = facets.length <= MOST_RUNS;
    const runs = isOrdered ? facets.map(({ id }) => ({ sql: ["facet = ?"], values: [id] })) : [ofFacets];
    paths.push({ index: "payloads_facet", runs, isOrdered, filter: and(ofId, ofError) });
  }
  if (idPrefix !== undefined) {
    paths.push({ index: "payloads_id", runs: [ofId], isOrdered: false, filter: and(ofFacets, ofError) });
  }
  if (errorPrefix !== undefined) {
    const errors = errorsOf(db, errorPrefix);
    const runs = errors?.map((error) => ({ sql: ["error = ?"], values: [error] })) ?? [ofError];
    paths.push({ index: "payloads_error", runs, isOrdered: errors !== undefined, filter: and(ofFacets, ofId) });
  }
  return paths;
}

const ALL: Terms = { sql: [], values: [] };

function facetTerms(facets: readonly CountedFacet[] | undefined): Terms {
  if (facets === undefined) return ALL;
  const ids = JSON.stringify(facets.map(({ id }) => id));
  return { sql: ["facet IN (SELECT value FROM json_each(?))"], values: [ids] };
}

/** Of those that follow time the one with fewer entries. Where the facets are too many to follow, time itself. */
function orderedPath(db: Database, { facets }: Search, paths: readonly IndexPath[], range: KeyRange): IndexPath {
  const ordered = paths.filter(({ isOrdered }) => isOrdered);
  const ofFacets = ordered.find(({ index }) => index === "payloads_facet");
  const ofErrors = ordered.find(({ index }) => index === "payloads_error");
  const [byTime] = paths;
  const plain = ofFacets ?? byTime;
  if (plain === undefined) throw new Error("there is always a way by time");
  const most = Math.min(MANY, facets === undefined ? MANY : totalOf(facets));
  return ofErrors !== undefined && sizeOf(db, ofErrors, range, most) < most ? ofErrors : plain;
}

function totalOf(facets: readonly CountedFacet[]): number {
  return facets.reduce((sum, { count }) => sum + count, 0);
}
