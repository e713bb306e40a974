/** Bulk runs over a table, queues and a bucket in memory: what every store must do, and what only these can do wrong. */
import { describeBulkStore } from "../../contracts/bulk-store.ts";
import { makeFakeCloud } from "./fake-cloud.ts";

describeBulkStore("AWS in memory", () => {
  const cloud = makeFakeCloud();
  return { ...cloud.open(), pass: cloud.clock.advance, tries: 3, close: () => undefined };
});
