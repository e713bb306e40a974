/** Registrations: the newest ones, and those that an iteration still works with. */
import { KEPT_REGISTRATIONS, type Registration } from "../../loop/registration.ts";
import { rememberRegistrations } from "../../loop/remembered-registrations.ts";
import type { Database } from "../database/database.ts";

export function makeRegistrations(db: Database) {
  const remembered = rememberRegistrations();

  return {
    /** Without a write where it is the newest already. */
    async register(registration: Registration): Promise<void> {
      if (newestId(db) === registration.id) return;
      await db.write(() => store(db, registration));
      remembered.keep(registration);
    },
    find(id = newestId(db)): Registration | undefined {
      if (id === undefined) return undefined;
      const known = remembered.get(id);
      if (known !== undefined) return known;
      const row = db.get<{ registration: string }>("SELECT registration FROM loop_registrations WHERE id = ?", id);
      return row && remembered.keep(JSON.parse(row.registration) as Registration); // only `store` writes it
    },
  };
}

function newestId(db: Database): string | undefined {
  return db.get<{ id: string }>("SELECT id FROM loop_registrations ORDER BY key DESC LIMIT 1")?.id;
}

function store(db: Database, registration: Registration): void {
  if (newestId(db) === registration.id) return;
  db.run(
    `INSERT INTO loop_registrations (key, id, registration)
     VALUES ((SELECT ifnull(max(key), 0) + 1 FROM loop_registrations), ?, ?)
     ON CONFLICT (id) DO UPDATE SET key = excluded.key`,
    registration.id,
    JSON.stringify(registration),
  );
  db.run(
    `DELETE FROM loop_registrations
     WHERE key <= (SELECT key FROM loop_registrations ORDER BY key DESC LIMIT 1 OFFSET ?)
       AND id NOT IN (SELECT registration FROM loop_loops WHERE registration IS NOT NULL)`,
    KEPT_REGISTRATIONS,
  );
}
