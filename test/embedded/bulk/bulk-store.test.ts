import { makeEmbeddedBulk } from "../../../src/embedded/bulk/bulk.ts";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { describeBulkStore } from "../../contracts/bulk-store.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";
import { temporaryFolder } from "../temporary-folder.ts";

describeBulkStore("SQLite", () => {
  const clock = makeVirtualClock();
  const db = openDatabase(":memory:");
  const bulk = makeEmbeddedBulk(db, { clock, folder: temporaryFolder() });
  return { ...bulk, pass: clock.advance, tries: 1, close: () => db.close() };
});
