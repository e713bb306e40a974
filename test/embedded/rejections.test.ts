import { openDatabase } from "../../src/embedded/database.ts";
import { makeRejections } from "../../src/embedded/rejections.ts";
import { describeRejections } from "../contracts/rejections.ts";

describeRejections("SQLite", () => {
  const db = openDatabase(":memory:");
  return { rejections: makeRejections(db), close: () => db.close() };
});
