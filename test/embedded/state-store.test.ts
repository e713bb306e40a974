import { openDatabase } from "../../src/embedded/database/database.ts";
import { makeStateStore } from "../../src/embedded/state/state-store.ts";
import { describeStateStore } from "../contracts/state-store.ts";

describeStateStore("SQLite", (clock) => {
  const db = openDatabase(":memory:");
  return { store: makeStateStore(db, { clock }), close: () => db.close() };
});
