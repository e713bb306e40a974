import { makeActionStore } from "../../src/embedded/actions/action-store.ts";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { describeActionStore } from "../contracts/action-store.ts";

describeActionStore("SQLite", () => {
  const db = openDatabase(":memory:");
  return { actions: makeActionStore(db), close: () => db.close() };
});
