/**
 * Facets: the combinations of workflow, collections, organisation and state that payloads have, each with a number of
 * its own and how many payloads have it. A payload's row holds the number of its facet: one index over it serves every
 * combination of these four filters, and what they count is known without looking at a payload.
 */
import type { Count, PayloadFilter, PayloadRecord } from "../../state/state-store.ts";
import type { Database, SqlValue } from "../database/database.ts";
import { and, prefixTerms, type Terms } from "./key-range.ts";
import { toState } from "./payload-rows.ts";

type Facet = Pick<PayloadRecord, "workflow" | "collections" | "organisation" | "state">;

/** One payload more has this facet, and the one before no more. Its number. */
export function moveFacet(db: Database, from: Facet | undefined, to: Facet): number {
  if (from !== undefined) {
    db.run(
      `UPDATE payload_facets SET count = count - 1
       WHERE workflow = ? AND collections = ? AND organisation = ? AND state = ?`,
      ...keyOf(from),
    );
  }
  const row = db.get<{ id: number }>(
    `INSERT INTO payload_facets (workflow, collections, organisation, state, count) VALUES (?, ?, ?, ?, 1)
     ON CONFLICT DO UPDATE SET count = count + 1 RETURNING id`,
    ...keyOf(to),
  );
  if (row === undefined) throw new Error("SQLite did not return the number of a facet.");
  return row.id;
}

/** A unique index takes two nulls for different: no organisation is the empty text. */
function keyOf({ workflow, collections, organisation = "", state }: Facet): readonly SqlValue[] {
  return [workflow, collections, organisation, state];
}

/** The facets that a filter chooses: in a subquery where there are many, for each one would be carried to and fro. */
export interface FacetSet {
  readonly size: number;
  /** Payloads that have one of them. */
  readonly payloads: number;
  /** All their payloads' IDs begin as the filter wants it. */
  readonly isWhole: boolean;
  /** Of the table payload_facets. */
  readonly terms: Terms;
}

/** Undefined where no filter narrows them. */
export function facetSet(db: Database, filter: PayloadFilter): FacetSet | undefined {
  const { idPrefix = "" } = filter;
  const named = (["workflow", "collections", "organisation", "state"] as const).flatMap((name) => {
    const value = filter[name];
    return value === undefined ? [] : [{ sql: [`${name} = ?`], values: [value] }];
  });
  if (named.length === 0 && idPrefix === "") return undefined;
  // The table has the empty text for those without one: no payload has an organisation of no name.
  const none = filter.organisation === "" ? [{ sql: ["FALSE"], values: [] }] : [];
  const head = headOf(idPrefix);
  const terms = and({ sql: ["count > 0"], values: [] }, ...named, ...none, head.terms);
  const row = db.get<{ size: number; payloads: number | null }>(
    `SELECT count(*) AS size, sum(count) AS payloads FROM payload_facets WHERE ${terms.sql.join(" AND ")}`,
    ...terms.values,
  );
  return { size: row?.size ?? 0, payloads: row?.payloads ?? 0, isWhole: head.isWhole, terms };
}

/** What stands in a payload ID between its collections and its workflow, and nowhere else in it. */
const MARK = "/workflow-";

/** What the beginning of an ID says of collections and workflow, and whether that is all it says. */
function headOf(idPrefix: string): { readonly terms: Terms; readonly isWhole: boolean } {
  const mark = idPrefix.indexOf(MARK);
  if (mark === -1) return { terms: collectionsTerms(idPrefix), isWhole: true };
  const collections = { sql: ["collections = ?"], values: [idPrefix.slice(0, mark)] };
  const [workflow = "", ...rest] = idPrefix.slice(mark + MARK.length).split("/");
  if (rest.length === 0) return { terms: and(collections, prefixTerms("workflow", workflow)), isWhole: true };
  return {
    terms: and(collections, { sql: ["workflow = ?"], values: [workflow] }),
    isWhole: rest.join("/") === "",
  };
}

/** `a/b/work` may be the beginning of collections, or the collections `a/b` and the beginning of the mark. */
function collectionsTerms(idPrefix: string): Terms {
  const begins = prefixTerms("collections", idPrefix);
  const slash = idPrefix.lastIndexOf("/");
  if (slash === -1 || !MARK.startsWith(idPrefix.slice(slash))) return begins;
  return {
    sql: [`(${begins.sql.join(" AND ")} OR collections = ?)`],
    values: [...begins.values, idPrefix.slice(0, slash)],
  };
}

/** Their numbers, those with the most payloads first. */
export function facetIds(db: Database, { terms }: FacetSet): readonly number[] {
  const rows = db.all<{ id: number }>(
    `SELECT id FROM payload_facets WHERE ${terms.sql.join(" AND ")} ORDER BY count DESC`,
    ...terms.values,
  );
  return rows.map(({ id }) => id);
}

/** Of payloads that have one of them. */
export function facetTerms({ terms }: FacetSet): Terms {
  return { sql: [`facet IN (SELECT id FROM payload_facets WHERE ${terms.sql.join(" AND ")})`], values: terms.values };
}

export function readCounts(
  db: Database,
  { workflow, collections }: Pick<PayloadFilter, "workflow" | "collections">,
): readonly Count[] {
  return db
    .all<{ workflow: string; collections: string; state: string; count: number }>(
      `SELECT workflow, collections, state, sum(count) AS count FROM payload_facets
       WHERE count > 0 AND workflow = coalesce(?, workflow) AND collections = coalesce(?, collections)
       GROUP BY workflow, collections, state ORDER BY workflow, collections, state`,
      workflow ?? null,
      collections ?? null,
    )
    .map(({ workflow, collections, state, count }) => ({ workflow, collections, state: toState(state), count }));
}
