/** The peer: the same questions as anybody would write them in SQL, over the same indexes, with SQLite's own choice of plan. */
import type { Database, SqlValue } from "../../src/embedded/database/database.ts";
import { endOfPrefix } from "../../src/embedded/database/prefix-range.ts";
import type { PayloadFilter } from "../../src/state/state-store.ts";

export interface Peer {
  list(filter: PayloadFilter, order: "newest" | "oldest"): void;
  count(filter: PayloadFilter, most: number): void;
}

export function makePeer(db: Database): Peer {
  return {
    list(filter, order) {
      const { where, values } = whereOf(filter);
      const direction = order === "newest" ? "DESC" : "ASC";
      db.all(
        `SELECT * FROM payloads ${where} ORDER BY updated ${direction}, payload_id ${direction} LIMIT 100`,
        ...values,
      );
    },
    count(filter, most) {
      const { where, values } = whereOf(filter);
      db.all(`SELECT count(*) FROM (SELECT 1 FROM payloads ${where} LIMIT ${most})`, ...values);
    },
  };
}

function whereOf(filter: PayloadFilter): { readonly where: string; readonly values: readonly SqlValue[] } {
  const { since, until, idPrefix, errorPrefix, ...equal } = filter;
  const terms = [
    ...Object.entries(equal).map(([column, value]) => [`${column} = ?`, value] as const),
    ["updated >= ?", since] as const,
    ["updated <= ?", until] as const,
    ["payload_id >= ?", idPrefix] as const,
    ["payload_id < ?", idPrefix && endOfPrefix(idPrefix)] as const,
    ["error >= ?", errorPrefix] as const,
    ["error < ?", errorPrefix && endOfPrefix(errorPrefix)] as const,
  ].flatMap(([term, value]) => (value === undefined ? [] : [{ term, value }]));
  return {
    where: terms.length === 0 ? "" : `WHERE ${terms.map(({ term }) => term).join(" AND ")}`,
    values: terms.map(({ value }) => value),
  };
}
