/** Opens the database at the path and records rejections: `write-rows.ts PATH PREFIX COUNT`. */
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { makeRejections } from "../../../src/embedded/messages/rejections.ts";

const [path = "", prefix = "", count = "0"] = process.argv.slice(2);
const db = openDatabase(path);
const rejections = makeRejections(db);
for (let i = 0; i < Number(count); i += 1) {
  await rejections.record([{ id: `${prefix}-${i}`, at: "2030-01-01T00:00:00.000Z", code: "c", reason: "r", raw: "" }]);
}
db.close();
