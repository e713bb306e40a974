import { openDatabase } from "../../src/embedded/database/database.ts";
import { makeRejections } from "../../src/embedded/messages/rejections.ts";
import { describeRejections } from "../contracts/rejections.ts";

describeRejections("SQLite", () => {
  const db = openDatabase(":memory:");
  return { rejections: makeRejections(db), close: () => db.close() };
});
