/**
 * Facets: the combinations of workflow, collections, organisation and state that payloads have, each with a number of
 * its own and how many payloads have it. A payload's row holds the number of its facet: one index over it serves every
 * combination of these four filters, and what they count is known without looking at a payload.
 */
import type { Count, PayloadFilter, PayloadRecord } from "../../state/state-store.ts";
import type { Database, SqlValue } from "../database/database.ts";
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

export interface CountedFacet {
  readonly id: number;
  readonly workflow: string;
  readonly collections: string;
  readonly count: number;
}

/** Of those that any payload has. */
export function facetsOf(
  db: Database,
  filter: Pick<PayloadFilter, "workflow" | "collections" | "organisation" | "state">,
): readonly CountedFacet[] {
  // The table has it for those without one: no payload has an organisation of no name.
  if (filter.organisation === "") return [];
  const given = (["workflow", "collections", "organisation", "state"] as const).flatMap((name) => {
    const value = filter[name];
    return value === undefined ? [] : [{ term: `${name} = ?`, value }];
  });
  return db.all<CountedFacet>(
    `SELECT id, workflow, collections, count FROM payload_facets
     WHERE ${["count > 0", ...given.map(({ term }) => term)].join(" AND ")}`,
    ...given.map(({ value }) => value),
  );
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
    .map((row) => ({ ...row, state: toState(row.state) }));
}
