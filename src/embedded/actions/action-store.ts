/** The ActionStore on SQLite: each action is one row, and whoever writes says which version was read. */
import type { Action } from "../../actions/action.ts";
import type { ActionStore } from "../../actions/action-store.ts";
import { decodeCursor, encodeCursor, pageSize } from "../../pages.ts";
import type { Database } from "../database/database.ts";

interface ActionRow {
  action: string;
}

export function makeActionStore(db: Database): ActionStore {
  return {
    begin: (action) =>
      db.write(() => {
        const { id, state, version } = action;
        const sql = "INSERT OR IGNORE INTO actions VALUES (?, ?, ?, ?)";
        return db.run(sql, id, state, version, JSON.stringify(action)) === 1;
      }),
    async get(id) {
      const row = db.get<ActionRow>("SELECT action FROM actions WHERE id = ?", id);
      return row && toAction(row);
    },
    update: (action) =>
      db.write(() => {
        const { id, state, version } = action;
        const sql = "UPDATE actions SET state = ?, version = ?, action = ? WHERE id = ? AND version = ?";
        return db.run(sql, state, version, JSON.stringify(action), id, version - 1) === 1;
      }),
    async list({ limit, after }) {
      const size = pageSize(limit);
      const [before] = after === undefined ? [AFTER_ALL] : decodeCursor("actions", after, [""]);
      const sql = "SELECT action FROM actions WHERE id < ? ORDER BY id DESC LIMIT ?";
      const found = db.all<ActionRow>(sql, before, size + 1).map(toAction);
      const rows = found.slice(0, size);
      const last = rows.at(-1);
      return { rows, ...(found.length > size && last && { next: encodeCursor("actions", [last.id]) }) };
    },
    running: async () =>
      db.all<ActionRow>("SELECT action FROM actions WHERE state = 'RUNNING' ORDER BY id").map(toAction),
  };
}

/** IDs are hexadecimal. */
const AFTER_ALL = "~";

function toAction({ action }: ActionRow): Action {
  // Written above and by nothing else.
  return JSON.parse(action) as Action;
}
