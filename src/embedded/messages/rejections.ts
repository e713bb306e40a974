/** Rejections as a table: the same message twice is one rejection. */
import type { Rejection, Rejections } from "../../events/rejections.ts";
import { decodeCursor, encodeCursor, pageSize } from "../../pages.ts";
import { queryTime } from "../../state/query-time.ts";
import { boundedCount } from "../../state/state-store.ts";
import type { Database } from "../database/database.ts";

interface RejectionRow {
  id: string;
  at: string;
  code: string;
  reason: string;
  payload_id: string | null;
  raw: string;
}

export function makeRejections(db: Database): Rejections {
  return {
    record: (rejections) =>
      db.write(() => {
        for (const { id, at, code, reason, payloadId, raw } of rejections) {
          db.run(
            "INSERT OR IGNORE INTO rejections VALUES (?, ?, ?, ?, ?, ?)",
            id,
            at,
            code,
            reason,
            payloadId ?? null,
            raw,
          );
        }
      }),

    /** Newest first. */
    async list({ limit, cursor }) {
      const size = pageSize(limit);
      const after = cursor === undefined ? undefined : decodeCursor("rejections", cursor, ["", ""]);
      const rows = db.all<RejectionRow>(
        `SELECT * FROM rejections ${after ? "WHERE (at, id) < (?, ?)" : ""} ORDER BY at DESC, id DESC LIMIT ?`,
        ...(after ?? []),
        size + 1,
      );
      const items = rows.slice(0, size).map(toRejection);
      const last = items.at(-1);
      return rows.length > size && last ? { items, next: encodeCursor("rejections", [last.at, last.id]) } : { items };
    },

    async get(id) {
      const row = db.get<RejectionRow>("SELECT * FROM rejections WHERE id = ?", id);
      return row && toRejection(row);
    },

    async count(since, most) {
      const row = db.get<{ count: number }>(
        "SELECT count(*) AS count FROM (SELECT 1 FROM rejections WHERE at >= ? LIMIT ?)",
        queryTime(since),
        most + 1,
      );
      return boundedCount(row?.count ?? 0, most);
    },
  };
}

function toRejection(row: RejectionRow): Rejection {
  const { id, at, code, reason, raw } = row;
  return { id, at, code, reason, raw, payloadId: row.payload_id ?? undefined };
}
